/* A workbook made in the browser: sheets with typed numbers, headings, totals that carry their value. No library: a ZIP of a few XML files, stored. */
"use strict";
function crc32(bytes) {
  if (!crc32.table) {
    crc32.table = new Uint32Array(256);
    for (let n = 0; n < 256; n += 1) {
      let c = n;
      for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
      crc32.table[n] = c >>> 0;
    }
  }
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crc32.table[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function zipped(files) {
  const encoder = new TextEncoder(), parts = [], index = [];
  let at = 0;
  const numbers = (...pairs) => {
    const view = new DataView(new ArrayBuffer(pairs.reduce((sum, [, size]) => sum + size, 0)));
    let place = 0;
    for (const [value, size] of pairs) { size === 2 ? view.setUint16(place, value, true) : view.setUint32(place, value, true); place += size; }
    return new Uint8Array(view.buffer);
  };
  for (const [name, text] of Object.entries(files)) {
    const title = encoder.encode(name), bytes = encoder.encode(text), about = [[20, 2], [0x0800, 2], [0, 2], [0, 2], [0x5c21, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [title.length, 2], [0, 2]];
    const head = numbers([0x04034b50, 4], ...about);
    parts.push(head, title, bytes);
    index.push(numbers([0x02014b50, 4], [20, 2], ...about, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), title);
    at += head.length + title.length + bytes.length;
  }
  const size = index.reduce((sum, part) => sum + part.length, 0);
  return new Blob([...parts, ...index, numbers([0x06054b50, 4], [0, 2], [0, 2], [index.length / 2, 2], [index.length / 2, 2], [size, 4], [at, 4], [0, 2])]);
}

const xml = (text) => String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "").replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
function columnName(i) { return i < 26 ? String.fromCharCode(65 + i) : columnName(Math.floor(i / 26) - 1) + columnName(i % 26); }
const STYLE = { text: 1, head: 2, whole: 3, one: 4, two: 5, title: 6, total: 7, total_one: 8, plain: 9 };

/* A sheet: {name, title, note, headings, kinds, rows, sums}; kinds: text, whole, one, two, plain; sums: per column whether it has a total. */
function sheetXml(sheet) {
  const cell = (column, row, value, style) => {
    const place = `${columnName(column)}${row}`;
    if (value === null || value === undefined || value === "") return `<c r="${place}" s="${style}"/>`;
    return typeof value === "number" ? `<c r="${place}" s="${style}"><v>${value}</v></c>` : `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xml(value)}</t></is></c>`;
  };
  const line = (row, cells) => `<row r="${row}">${cells.join("")}</row>`, first = 5, last = 4 + sheet.rows.length, end = columnName(sheet.headings.length - 1);
  const lines = [line(1, [cell(0, 1, sheet.title, STYLE.title)]), line(2, [cell(0, 2, sheet.note, 0)]), line(4, sheet.headings.map((text, i) => cell(i, 4, text, STYLE.head)))];
  sheet.rows.forEach((values, r) => lines.push(line(first + r, values.map((value, i) => cell(i, first + r, value, STYLE[typeof value === "number" ? sheet.kinds[i] : "text"])))));
  const total = sheet.headings.map((_, i) => {
    const place = `${columnName(i)}${last + 1}`, style = sheet.kinds[i] === "whole" ? STYLE.total : STYLE.total_one;
    if (i === 0 && !sheet.sums[0]) return cell(0, last + 1, sheet.total, STYLE.total);
    if (!sheet.sums[i] || !sheet.rows.length) return `<c r="${place}" s="${STYLE.total}"/>`;
    const sum = sheet.rows.reduce((all, values) => all + (typeof values[i] === "number" ? values[i] : 0), 0);
    return `<c r="${place}" s="${style}"><f>SUBTOTAL(109,${columnName(i)}${first}:${columnName(i)}${last})</f><v>${sum}</v></c>`;
  });
  lines.push(line(last + 1, total));
  const widths = sheet.headings.map((_, i) => `<col min="${i + 1}" max="${i + 1}" width="${sheet.kinds[i] === "text" ? 22 : 13}" customWidth="1"/>`).join("");
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"><pane ySplit="4" topLeftCell="A5" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths}</cols><sheetData>${lines.join("")}</sheetData>${sheet.rows.length ? `<autoFilter ref="A4:${end}${last}"/>` : ""}<pageSetup paperSize="8" orientation="landscape" fitToHeight="0"/></worksheet>`;
}

const NUMBER_FORMATS = '<numFmts count="1"><numFmt numFmtId="164" formatCode="#,##0.0"/></numFmts>';
const styleXml = () => {
  const cells = ['numFmtId="0" fontId="0"', 'numFmtId="0" fontId="0"', 'numFmtId="0" fontId="1" fillId="2"', 'numFmtId="3" fontId="0"', 'numFmtId="164" fontId="0"', 'numFmtId="4" fontId="0"', 'numFmtId="0" fontId="2"', 'numFmtId="3" fontId="1"', 'numFmtId="164" fontId="1"', 'numFmtId="1" fontId="0"'];
  const xfs = cells.map((text, i) => `<xf ${text}${text.includes("fillId") ? "" : ' fillId="0"'} borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="top" wrapText="${i === 1 || i === 2 ? 1 : 0}"/></xf>`).join("");
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${NUMBER_FORMATS}<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="14"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFDDEBF7"/></patternFill></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="${cells.length}">${xfs}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
};

function workbook(sheets) {
  const kind = "application/vnd.openxmlformats-officedocument.spreadsheetml", relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  const files = {
    "[Content_Types].xml": `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${kind}.styles+xml"/>${sheets.map((_, i) => `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${kind}.worksheet+xml"/>`).join("")}</Types>`,
    "_rels/.rels": `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `${head}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${relation}"><sheets>${sheets.map((sheet, i) => `<sheet name="${xml(sheet.name.replace(/[\\/?*[\]:']/g, " ").slice(0, 31))}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${sheets.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${relation}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join("")}<Relationship Id="rId${sheets.length + 1}" Type="${relation}/styles" Target="styles.xml"/></Relationships>`,
    "xl/styles.xml": styleXml(),
  };
  sheets.forEach((sheet, i) => { files[`xl/worksheets/sheet${i + 1}.xml`] = sheetXml(sheet); });
  return zipped(files);
}
