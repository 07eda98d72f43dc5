/**
 * How this person writes numbers and dates: the system's choice, whatever the language of the words.
 *
 * A system without a language (LANG=C) would have no digit groups and no month names; it gets English ones, with the
 * day before the month and 24 hours.
 */
const system = new Intl.NumberFormat().resolvedOptions().locale;

export const LOCALE = system.includes("posix") ? "en-GB" : system;
