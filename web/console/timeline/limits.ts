/** Lines of a timeline that are read at first, and at most: the audit view shows longer ones. */
export const FIRST_LINES = 300;
export const MOST_LINES = 2000;
