package sheet

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

const (
	maxParts     = 10_000  // entries of a workbook's zip: the largest have some hundreds
	maxDepth     = 64      // elements inside each other; tables need eight
	maxTokenSize = 1 << 20 // bytes of one tag or one run of text: a cell of 32,767 characters, each written as &#x1EA5;, is 300 KB
)

// bundle is the zip of a workbook. What is unpacked of it is counted over all parts together.
type bundle struct {
	parts map[string]*zip.File // by name in small letters: names of parts are equal regardless of case (ECMA-376 part 2, 6.2.2.3)
	left  int64
	limit int64
}

func openBundle(r io.ReaderAt, size, limit int64) (*bundle, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, damaged(err)
	}
	if len(z.File) > maxParts {
		return nil, damaged(fmt.Errorf("%d parts", len(z.File)))
	}
	b := &bundle{parts: make(map[string]*zip.File, len(z.File)), left: limit, limit: limit}
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		if b.parts[name] != nil {
			return nil, damaged(errors.New("two parts of one name")) // which of them another program reads, nobody can know
		}
		b.parts[name] = f
	}
	return b, nil
}

var errUnpacked = errors.New("unpacked size over the limit")

// part is one part of a workbook, read as XML.
type part struct {
	*xml.Decoder
	from   *bufio.Reader
	closer io.Closer
	bundle *bundle
	run    int // bytes since the last token
	depth  int
}

// open opens the part of that name. The caller closes it.
func (b *bundle) open(name string) (*part, error) {
	f := b.parts[strings.ToLower(name)]
	if f == nil {
		return nil, damaged(errors.New("a part that another names is missing"))
	}
	rc, err := f.Open()
	if err != nil {
		return nil, damaged(err)
	}
	p := &part{from: bufio.NewReaderSize(rc, 32<<10), closer: rc, bundle: b}
	p.Decoder = xml.NewDecoder(p) // it reads byte by byte from what offers bytes, so that nothing is buffered past a token
	return p, nil
}

func (p *part) Close() error { return p.closer.Close() }

// ReadByte counts: the parts' bytes together, and the bytes of one token, which the decoder keeps in memory.
func (p *part) ReadByte() (byte, error) {
	if p.bundle.left <= 0 {
		return 0, errUnpacked
	}
	if p.run++; p.run > maxTokenSize {
		return 0, errors.New("one tag or text is too long")
	}
	c, err := p.from.ReadByte()
	if err == nil {
		p.bundle.left--
	}
	return c, err
}

// Read is there because a decoder takes an io.Reader; it is never called.
func (p *part) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	c, err := p.ReadByte()
	if err != nil {
		return 0, err
	}
	b[0] = c
	return 1, nil
}

// token returns the next tag or text; io.EOF only where the part ends as it should. A document type declaration, which might
// define entities, has no place in a workbook (ECMA-376 part 2, 6.2.5) and is refused.
func (p *part) token() (xml.Token, error) {
	for {
		p.run = 0
		t, err := p.Token()
		if err != nil {
			return nil, p.fault(err)
		}
		switch t.(type) {
		case xml.StartElement:
			if p.depth++; p.depth > maxDepth {
				return nil, damaged(errors.New("elements too deep"))
			}
		case xml.EndElement:
			p.depth--
		case xml.Directive:
			return nil, damaged(errors.New("document type declaration"))
		case xml.CharData:
		default:
			continue
		}
		return t, nil
	}
}

func (p *part) fault(err error) error {
	switch {
	case err == io.EOF && p.depth == 0:
		return io.EOF
	case errors.Is(err, errUnpacked):
		return fault("too_large", fmt.Sprintf("Bảng giải nén ra lớn hơn %d MB.", p.bundle.limit>>20), fmt.Sprintf("Unpacked, the table is larger than %d MB.", p.bundle.limit>>20))
	}
	return damaged(err)
}

// skipElement passes over the rest of the element whose start was the last token.
func (p *part) skipElement() error {
	for end := p.depth - 1; p.depth > end; {
		if _, err := p.token(); err != nil {
			return unexpected(err)
		}
	}
	return nil
}

// unexpected turns an end that comes too early into damage.
func unexpected(err error) error {
	if err == io.EOF {
		return damaged(io.ErrUnexpectedEOF)
	}
	return err
}

// each calls fn for every start tag of the part, at any depth.
func (b *bundle) each(name string, fn func(*part, xml.StartElement) error) error {
	p, err := b.open(name)
	if err != nil {
		return err
	}
	defer p.Close()
	for {
		t, err := p.token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if s, ok := t.(xml.StartElement); ok {
			if err := fn(p, s); err != nil {
				return err
			}
		}
	}
}

// attr returns an attribute by its local name, whatever its prefix; "" when it is not there.
func attr(s xml.StartElement, name string) string {
	for _, a := range s.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// relation is where a part points. Only the last word of its type is kept: the two editions of the standard differ before it.
type relation struct{ kind, target string }

// relations reads what the part of that name points at, by id. Nothing outside the bundle is followed.
func (b *bundle) relations(name string) (map[string]relation, error) {
	dir, file := path.Split(name)
	rels := dir + "_rels/" + file + ".rels"
	out := map[string]relation{}
	if b.parts[strings.ToLower(rels)] == nil {
		return out, nil
	}
	err := b.each(rels, func(_ *part, s xml.StartElement) error {
		if s.Name.Local != "Relationship" || strings.EqualFold(attr(s, "TargetMode"), "External") {
			return nil
		}
		target := strings.ReplaceAll(attr(s, "Target"), `\`, "/")
		if !strings.HasPrefix(target, "/") {
			target = "/" + dir + target
		}
		out[attr(s, "Id")] = relation{path.Base(attr(s, "Type")), strings.TrimPrefix(path.Clean(target), "/")}
		return nil
	})
	return out, err
}
