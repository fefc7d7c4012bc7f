// Runs in a browser, in the page that it measures: leaves what it finds as JSON in the place of the page.

const rgb = (text) => (text.match(/[\d.]+/g) ?? []).map(Number)

/** Relative luminance, as the Web Content Accessibility Guidelines reckon it. */
function luminance(colour) {
  const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((value) => {
    const part = value / 255
    return part <= 0.039_28 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function behind(element) {
  for (let at = element; at; at = at.parentElement) {
    const colour = rgb(getComputedStyle(at).backgroundColor)
    if (colour[3] !== 0) return colour
  }
  return [255, 255, 255]
}

function contrast(element) {
  const [a, b] = [luminance(rgb(getComputedStyle(element).color)), luminance(behind(element))]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** The text that stands in an element itself. */
const own = (element) =>
  [...element.childNodes]
    .flatMap((node) => (node.nodeType === 3 ? (node.textContent ?? '').trim() : []))
    .join('')

/** The area of a text; where it is cut off with an ellipsis, that of its element. */
function area(element) {
  if (getComputedStyle(element).textOverflow === 'ellipsis') return element.getBoundingClientRect()
  const range = document.createRange()
  range.selectNodeContents(element)
  return range.getBoundingClientRect()
}

const isInside = (box, outer) =>
  box.left >= outer.left - 1 &&
  box.right <= outer.right + 1 &&
  box.top >= outer.top - 1 &&
  box.bottom <= outer.bottom + 1

const areApart = (a, b) =>
  a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1

const texts = [...document.querySelectorAll('main *')]
  .filter((element) => own(element) !== '')
  .map((element) => ({ element, text: own(element), box: area(element) }))

const figure = document.querySelector('figure').getBoundingClientRect()

const facts = {
  containers: [...document.querySelectorAll('[data-container]')].map((card) => {
    const box = card.getBoundingClientRect()
    const visible = box.width > 40 && box.height > 20 && isInside(box, figure)
    return { name: card.querySelector('h2').textContent, visible }
  }),
  overflowing: texts
    .filter(({ element, box }) => {
      const outer = element.closest('.card, .port > span, .box, .head, .call, main')
      return !isInside(box, outer.getBoundingClientRect())
    })
    .map(({ text }) => text),
  overlapping: texts.flatMap((one, i) =>
    texts
      .slice(i + 1)
      .filter(({ element }) => !one.element.contains(element))
      .filter(({ box }) => !areApart(one.box, box))
      .map((other) => `${one.text} / ${other.text}`),
  ),
  contrast: texts
    .map(({ element, text }) => ({ ratio: contrast(element), text }))
    .toSorted((a, b) => a.ratio - b.ratio)[0],
  background: getComputedStyle(document.body).backgroundColor,
}

document.body.innerHTML = '<pre id="facts"></pre>'
document.querySelector('#facts').textContent = JSON.stringify(facts)
