// Numbers as the page's language writes them.
const language = document.documentElement.lang || "vi";
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat(language, { notation: "compact", compactDisplay: "long", maximumFractionDigits: 1 });
const small = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });

export const figure = (value) =>
  value === null || value === undefined ? "–" : Math.abs(value) < 1 && value !== 0 ? small.format(value) : whole.format(value);

// On an axis: 1,2 triệu instead of 1.200.000
export const onAxis = (value) => (Math.abs(value) >= 1_000_000 ? short.format(value) : figure(value));
