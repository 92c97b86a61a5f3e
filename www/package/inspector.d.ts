/**
 * The overlay for QA. Importing it in a page opens it and shows what becomes of each event, or why there is none.
 */

/** Opens the inspector again after it was closed; does nothing while it is open. */
export declare function open(): void;
