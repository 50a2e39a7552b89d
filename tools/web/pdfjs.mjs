// Prints what pdf.js, the viewer inside Firefox, reads on the pages of a PDF: every piece of text with its box on the page as displayed,
// in points from the top left corner.
import { readFileSync } from "node:fs";

// What a browser draws with is named when pdf.js is loaded, and not used by reading text.
for (const name of ["DOMMatrix", "ImageData", "Path2D"]) globalThis[name] ??= class {};
console.warn = () => {}; // that they are missing
const { getDocument, Util, VerbosityLevel } = await import("pdfjs-dist/legacy/build/pdf.mjs");

const doc = await getDocument({ data: new Uint8Array(readFileSync(process.argv[2])), verbosity: VerbosityLevel.ERRORS, useSystemFonts: false, disableFontFace: true }).promise;
const pages = [];
for (let n = 1; n <= doc.numPages; n++) {
  const page = await doc.getPage(n);
  const viewport = page.getViewport({ scale: 1 });
  const { items, styles } = await page.getTextContent();
  pages.push({
    width: viewport.width,
    height: viewport.height,
    items: items.filter((i) => i.str.trim()).map((i) => {
      const [a, b, c, d, x, y] = Util.transform(viewport.transform, i.transform);
      // Where pdf.js puts the piece: along its base line as long as it is wide, the letters above it by their ascent.
      const along = Math.hypot(a, b) || 1, up = Math.hypot(c, d) || 1;
      const ends = [[x, y], [x + (a / along) * i.width, y + (b / along) * i.width]];
      const top = styles[i.fontName].ascent * i.height, bottom = top - i.height;
      const corners = ends.flatMap(([px, py]) => [top, bottom].map((h) => [px + (c / up) * h, py + (d / up) * h]));
      const xs = corners.map((p) => p[0]), ys = corners.map((p) => p[1]);
      return { text: i.str, box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] };
    }),
  });
}
process.stdout.write(JSON.stringify(pages));
