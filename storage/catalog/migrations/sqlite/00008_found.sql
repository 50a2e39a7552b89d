-- Which codes are among the findings of a paper, so that lists are narrowed and counted by them.

-- +goose Up
CREATE TABLE found (
	document TEXT    NOT NULL REFERENCES documents (id),
	source   INTEGER NOT NULL, -- 0: inspection, 1: reading
	code     TEXT    NOT NULL,
	pages    INTEGER NOT NULL,
	PRIMARY KEY (document, source, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX found_code ON found (code, document);

INSERT INTO found (document, source, code, pages)
SELECT d.id, 0, json_extract(f.value, '$.code'), count(*)
FROM documents AS d, json_each(CASE d.findings WHEN '' THEN '[]' ELSE d.findings END) AS f WHERE json_extract(f.value, '$.code') <> '' GROUP BY 1, 3;
INSERT INTO found (document, source, code, pages)
SELECT d.id, 1, json_extract(f.value, '$.code'), count(*)
FROM documents AS d, json_each(CASE d.reading_detail WHEN '' THEN '{}' ELSE d.reading_detail END, '$.findings') AS f WHERE json_extract(f.value, '$.code') <> '' GROUP BY 1, 3;
