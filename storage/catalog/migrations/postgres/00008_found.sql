-- Which codes are among the findings of a paper, so that lists are narrowed and counted by them.

-- +goose Up
CREATE TABLE found (
	document TEXT COLLATE "C" NOT NULL,
	source   BIGINT NOT NULL, -- 0: inspection, 1: reading
	code     TEXT COLLATE "C" NOT NULL,
	pages    BIGINT NOT NULL,
	PRIMARY KEY (document, source, code)
);
CREATE INDEX found_code ON found (code, document);

INSERT INTO found (document, source, code, pages)
SELECT d.id, 0, f.value ->> 'code', count(*)
FROM documents AS d, jsonb_array_elements(CASE d.findings WHEN '' THEN '[]'::jsonb ELSE d.findings::jsonb END) AS f (value) WHERE f.value ->> 'code' <> '' GROUP BY 1, 3;
INSERT INTO found (document, source, code, pages)
SELECT d.id, 1, f.value ->> 'code', count(*)
FROM documents AS d, jsonb_array_elements(coalesce(CASE d.reading_detail WHEN '' THEN '{}'::jsonb ELSE d.reading_detail::jsonb END -> 'findings', '[]'::jsonb)) AS f (value)
WHERE f.value ->> 'code' <> '' GROUP BY 1, 3;
