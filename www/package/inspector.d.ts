/**
 * The overlay for QA. Importing it in a page with a running collector shows what becomes of each event.
 */
export {};
