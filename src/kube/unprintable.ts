// Characters that must not be shown as they are.

/**
 * What may not reach a terminal or a page as it is: control characters (escape sequences among them), characters that
 * reorder or hide text (bidi controls, zero width, line and paragraph separators), lone surrogates.
 */
export const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be found
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}|[\u{e0000}-\u{e007f}]/gu
