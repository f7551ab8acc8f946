"""Texts of a page that lie on each other, by the boxes of their lines."""

from typing import Final

from playwright.sync_api import Page

# What is clipped by a scrolling parent is not seen.
OVERLAPS: Final = """() => {
  const NOT_SEEN = ".visually-hidden, [hidden], canvas, script, style, option, datalist, .skip-link";
  const frames = new Map([[document.body, []], [null, []]]);
  // The boxes of whatever clips the contents of an element, looked up once for each; null where none is seen.
  const framesOf = (node) => {
    if (frames.has(node)) return frames.get(node);
    const { overflowX, overflowY, clipPath } = getComputedStyle(node);
    const outer = framesOf(node.parentElement);
    const isOpen = overflowX === "visible" && overflowY === "visible";
    const here = outer && (isOpen ? outer : [...outer, node.getBoundingClientRect()]);
    frames.set(node, clipPath === "inset(50%)" ? null : here);
    return frames.get(node);
  };
  const clip = ({ left, top, right, bottom }, parent) => {
    const around = framesOf(parent);
    if (!around) return { left, top, right: left, bottom: top };
    for (const edge of around) {
      left = Math.max(left, edge.left);
      right = Math.min(right, edge.right);
      top = Math.max(top, edge.top);
      bottom = Math.min(bottom, edge.bottom);
    }
    return { left, top, right, bottom };
  };
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, parent = text.parentElement;
    if (!text.data.trim() || parent.closest(NOT_SEEN)) continue;
    if (parent.closest("details:not([open])") && !parent.closest("summary")) continue;
    if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const line of range.getClientRects()) {
      const box = clip(line, parent);
      const isSeen = box.right - box.left > 1 && box.bottom - box.top > 1;
      if (isSeen) boxes.push({ box, parent, text: text.data.trim() });
    }
  }
  boxes.sort((first, second) => first.box.top - second.box.top);
  const pairs = [];
  boxes.forEach((first, index) => {
    for (let next = index + 1; next < boxes.length && boxes[next].box.top < first.box.bottom - 4; next += 1) {
      const second = boxes[next];
      const across = Math.min(first.box.right, second.box.right) - Math.max(first.box.left, second.box.left);
      const down = Math.min(first.box.bottom, second.box.bottom) - Math.max(first.box.top, second.box.top);
      if (second.parent !== first.parent && across > 2 && down > 4) {
        pairs.push(`${first.text.slice(0, 40)} | ${second.text.slice(0, 40)}`);
      }
    }
  });
  return pairs;
}"""


def overlaps(page: Page) -> list[str]:
    """Return the pairs of texts that share more than a rounding error."""
    pairs: list[str] = page.evaluate(OVERLAPS)
    return pairs
