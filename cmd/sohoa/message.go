package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"path/filepath"

	"sohoa/api/rest"
	"sohoa/archive"
	"sohoa/cmd/sohoa/intake"
)

// message is a deposit as it goes to a server: a raw body where the address says all, a form where there is more to say.
type message struct {
	method, path string
	header       http.Header
	head, tail   []byte // around the file
	size         int64
	said         []byte // what is said about the paper, JSON
	typ          string // its media type, as its name has it
}

// body returns the bytes to send. It can be called again for another try.
func (m *message) body(p *intake.Paper) io.Reader {
	if len(m.head) == 0 {
		return p.Reader()
	}
	return io.MultiReader(bytes.NewReader(m.head), p.Reader(), bytes.NewReader(m.tail))
}

// message makes the request for a paper. Its key is the folder's with the digests of what is said and of the bytes: the server
// takes a repeated key for a repetition only when both are the same.
func (s *serverDepositor) message(r intake.Request, p *intake.Paper, sum archive.Digest) (message, error) {
	meta := metadataOf(r)
	meta.OnFault = string(s.onFault)
	said, err := json.Marshal(meta)
	if err != nil {
		return message{}, err
	}
	typ := mime.TypeByExtension(filepath.Ext(r.FileName))
	if typ == "" {
		typ = "application/octet-stream"
	}
	m := message{said: said, typ: typ, header: http.Header{"Idempotency-Key": {archive.DigestOf(fmt.Appendf(nil, "%s%s%s", r.Key, sum, said)).Hex()}}}
	if r.Fields == (archive.Fields{}) && r.Pages == 0 {
		q := url.Values{}
		for name, v := range map[string]string{"file_name": r.FileName, "kind": meta.Kind, "agency": meta.Agency, "dossier": meta.DossierCode, "access": meta.Access, "on_fault": meta.OnFault} {
			if v != "" {
				q.Set(name, v)
			}
		}
		m.method, m.path, m.size = http.MethodPut, "/documents?"+q.Encode(), p.Size
		m.header.Set("Content-Type", typ)
		return m, nil
	}
	// The form is written around a file of no bytes, and cut where the file goes: so its length is known before it is sent.
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="metadata"`}, "Content-Type": {"application/json"}})
	if err == nil {
		_, err = part.Write(said)
	}
	if err == nil {
		_, err = w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="file"`}, "Content-Type": {typ}})
	}
	if err != nil {
		return message{}, err
	}
	cut := b.Len()
	if err := w.Close(); err != nil {
		return message{}, err
	}
	m.head, m.tail = b.Bytes()[:cut], b.Bytes()[cut:]
	m.method, m.path, m.size = http.MethodPost, "/documents", int64(b.Len())+p.Size
	m.header.Set("Content-Type", w.FormDataContentType())
	return m, nil
}

// metadataOf puts a request into the words of the API.
func metadataOf(r intake.Request) rest.DepositMetadata {
	f := r.Fields
	m := rest.DepositMetadata{FileName: r.FileName, DossierCode: r.Dossier.String(), Kind: string(r.Kind), Agency: r.Agency.String(), Access: string(r.Access),
		ProcedureCode: f.Procedure.String(), Type: f.Type, Number: f.Number, Notation: f.Notation, IssuedOn: f.IssuedOn.String(), Subject: f.Subject, Language: f.Language, PageCount: r.Pages}
	if a := f.IssuingAgency; a != (archive.AgencyRef{}) {
		m.IssuingAgency = &rest.AgencyRef{Code: a.Code.String(), Name: a.Name}
	}
	if x := f.Signer; x != (archive.Signer{}) {
		m.Signer = &rest.Signer{Name: x.Name, Position: x.Position}
	}
	if o := f.Owner; o != (archive.Owner{}) {
		m.Owner = &rest.OwnerIn{IDType: string(o.IDType), ID: o.ID, Name: o.Name}
	}
	return m
}
