/** How many records are read side by side: each read makes the gateway connect to a backend. */
export const READS_AT_ONCE = 8
