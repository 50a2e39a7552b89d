// What can be known of a file before it travels: that it is too large, that it is a Word document and no paper, that the
// quota has no room for it. The house decides all of this again; what cannot be found out here is sent.
import { say, bytes } from "./words.js";

const office = ["doc", "docx", "docm", "dot", "dotx", "xls", "xlsx", "xlsm", "xlsb", "ppt", "pptx", "pps", "ppsx", "odt", "ods", "odp", "odg", "rtf", "txt", "html", "htm", "mht", "xml", "csv", "eml", "msg", "xps", "epub", "dwg"];
const pictures = ["heic", "heif", "webp", "avif", "gif", "bmp", "svg", "jp2", "jxl", "psd"];
const packed = ["zip", "rar", "7z", "gz", "tar", "bz2", "xz"];

// ours reports whether the first bytes are those of a kind the house takes, whatever the file is called.
async function ours(file) {
  const b = new Uint8Array(await file.slice(0, 1024).arrayBuffer());
  const text = String.fromCharCode(...b);
  return text.includes("%PDF") || text.startsWith("\xff\xd8\xff") || text.startsWith("\x89PNG") || text.startsWith("II*\0") || text.startsWith("MM\0*");
}

async function foreign(file) {
  const ext = /\.([^.]+)$/.exec(file.name)?.[1].toLowerCase() ?? "";
  const kind = office.includes(ext) ? "office" : pictures.includes(ext) ? "picture" : packed.includes(ext) ? "packed" : "";
  if (!kind || await ours(file)) return null;
  const words = { office: () => say("office", ext.toUpperCase()), picture: () => say("picture", ext.toUpperCase()), packed: () => say("packed", ext.toUpperCase()) };
  return { code: "unsupported_type", detail: words[kind]() };
}

// Gate knows how much room the quotas leave, as it was when a drop began, less what it has let through since.
export class Gate {
  constructor(most) {
    this.most = most;
    this.rooms = new Map();
  }

  // begin forgets what was known: the next files are judged by the quotas of now. Underway is what is still to be counted.
  begin(underway) {
    this.rooms.clear();
    this.underway = underway;
  }

  async room(agency) {
    if (!this.rooms.has(agency)) {
      this.rooms.set(agency, fetch("/api/v1/limits" + (agency ? "?agency=" + encodeURIComponent(agency) : ""), { headers: { "Accept-Language": document.documentElement.lang } })
        .then((r) => r.json())
        .then((l) => (l.quotas ?? []).map((q) => ({
          bytes: q.name.includes("bytes"),
          daily: Boolean(q.resets_at),
          left: q.limit - q.used - this.underway.reduce((n, f) => n + (q.name.includes("bytes") ? f.size : 1), 0),
        })), () => []));
    }
    return this.rooms.get(agency);
  }

  // refuses returns why a file need not be sent, as the house would say it, or null.
  async refuses(file, agency = "") {
    if (file.size > this.most) return { code: "too_large", detail: say("too_large", bytes(this.most)) };
    const no = await foreign(file).catch(() => null);
    if (no) return no;
    const quotas = await this.room(agency).catch(() => []);
    const full = quotas.find((q) => q.left < (q.bytes ? file.size : 1));
    if (full) return { code: "quota_exceeded", detail: full.daily ? say("quota_day") : say("quota_kept") };
    for (const q of quotas) q.left -= q.bytes ? file.size : 1;
    return null;
  }
}
