/** The id of the rule of `--from` and `--to`, which stands in no file. */
export const AD_HOC = 'from-to'
