package archive

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"strings"
	"unicode"
)

// RetrievalCode is the secret that a receipt carries beside the dossier's code: twelve characters of Crockford's base32 (60
// random bits) and a check character, without hyphens. It is shown once, on the receipt, and kept only as a keyed hash.
// The zero value opens nothing.
type RetrievalCode string

const (
	crockford   = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeSecret  = 12
	codeLetters = codeSecret + 1
	// maxCodeTyped bounds what is looked at: a code with a hyphen or a space behind every letter is half as long.
	maxCodeTyped = 64
)

// NewRetrievalCode draws a code.
func NewRetrievalCode() RetrievalCode {
	var b [codeSecret]byte
	rand.Read(b[:])
	var out [codeLetters]byte
	for i := range b {
		out[i] = crockford[b[i]&31] // 32 divides 256: every letter is as likely
	}
	out[codeSecret] = checkLetter(out[:codeSecret])
	return RetrievalCode(out[:])
}

// ErrRetrievalCode says that what was typed cannot be a retrieval code, whatever the dossier: it is too short, or a letter of
// it was mistyped. It gives nothing away, because anybody can work the check out.
var ErrRetrievalCode = Fault(Invalid, "retrieval_code", Text{"Mã tra cứu không đúng: mã có 13 ký tự in trên giấy tiếp nhận. Xin xem lại từng ký tự.", "This is not a retrieval code: it has 13 characters, printed on the receipt. Check each of them."})

// ParseRetrievalCode reads a code as people type it: lower case, with spaces and hyphens anywhere, I and L for 1, O for 0.
func ParseRetrievalCode(s string) (RetrievalCode, error) {
	if len(s) > maxCodeTyped {
		return "", ErrRetrievalCode
	}
	out := make([]byte, 0, codeLetters)
	for _, r := range strings.ToUpper(dashes.Replace(s)) {
		switch {
		case r == '-' || r == '.' || unicode.IsSpace(r):
			continue
		case r == 'I' || r == 'L':
			r = '1'
		case r == 'O':
			r = '0'
		}
		if r > unicode.MaxASCII || strings.IndexByte(crockford, byte(r)) < 0 || len(out) == codeLetters {
			return "", ErrRetrievalCode
		}
		out = append(out, byte(r))
	}
	if len(out) != codeLetters || checkLetter(out[:codeSecret]) != out[codeSecret] {
		return "", ErrRetrievalCode
	}
	return RetrievalCode(out), nil
}

// checkLetter is a Reed-Solomon symbol over GF(32): each letter times another power of a generator, added up. Any one letter
// mistyped and any two exchanged are noticed, wherever they stand.
func checkLetter(letters []byte) byte {
	sum := 0
	for i, c := range letters {
		x := strings.IndexByte(crockford, c)
		for range i + 1 {
			if x <<= 1; x&32 != 0 {
				x ^= 0b100101 // x⁵ + x² + 1, primitive
			}
		}
		sum ^= x
	}
	return crockford[sum]
}

// Grouped is the code as it is printed: XXXX-XXXX-XXXX-C.
func (c RetrievalCode) Grouped() string {
	if len(c) != codeLetters {
		return ""
	}
	return string(c[:4] + "-" + c[4:8] + "-" + c[8:12] + "-" + c[12:])
}

// LogValue keeps the secret out of every log.
func (RetrievalCode) LogValue() slog.Value { return slog.StringValue("(secret)") }

// mac is how a code is kept: of use to nobody who has not the key of the house too, and only for its own dossier.
func (c RetrievalCode) mac(key []byte, dossier DossierCode) Digest {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("sohoa/retrieval/1\n" + string(dossier) + "\n" + string(c)))
	return Digest(h.Sum(nil))
}
