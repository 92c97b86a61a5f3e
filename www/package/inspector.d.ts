/**
 * The overlay for QA: what the collector waits for, what became of each event, and why. Importing it opens it.
 */

/**
 * Opens the overlay, unless it is open already.
 */
export const open: () => void;
