package cos

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5" //nolint:gosec // ISO 32000-1 §7.6 prescribes it; nothing of ours is protected by it
	"crypto/rc4" //nolint:gosec // the same
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"io"
)

// Lock says how a file is encrypted.
type Lock int

const (
	// Unlocked is a file without encryption.
	Unlocked Lock = iota
	// OwnerLocked is a file that opens with the empty password; its owner restricted what viewers may do with it.
	OwnerLocked
	// Locked is a file that needs a password or a certificate, or a method nobody described.
	Locked
)

type method int

const (
	identity method = iota
	useRC4
	useAES128
	useAES256
)

// crypt undoes the standard security handler for the empty password.
type crypt struct {
	key      []byte
	streams  method
	texts    method
	named    map[Name]method // the crypt filters a stream may name for itself
	metadata bool            // metadata streams are encrypted too
}

var padding = []byte("\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A")

var (
	errLocked  = errors.New("pdf needs a password")
	errHandler = errors.New("pdf is encrypted by an unknown method")
)

// newCrypt reads an encryption dictionary and tries the empty password, as user and as owner.
func newCrypt(d Dict, id String, resolve func(Object) Object) (*crypt, error) {
	num := func(key Name, def int64) int64 {
		if n, ok := Int(resolve(d.Get(key))); ok {
			return n
		}
		return def
	}
	str := func(key Name) []byte { s, _ := resolve(d.Get(key)).(String); return []byte(s) }
	if f, _ := resolve(d.Get("Filter")).(Name); f != "Standard" {
		return nil, errHandler // a certificate's, or somebody's own
	}
	c := &crypt{metadata: true}
	if b, is := resolve(d.Get("EncryptMetadata")).(bool); is {
		c.metadata = b
	}
	v, r, length := num("V", 0), num("R", 0), num("Length", 40)
	switch v {
	case 1:
		c.streams, length = useRC4, 40
	case 2, 3:
		c.streams = useRC4
	case 4, 5:
		if !c.filters(d, resolve) {
			return nil, errHandler
		}
		length = 128
	default:
		return nil, errHandler
	}
	if v < 4 {
		c.texts = c.streams
	}
	if length < 40 || length > 256 || length%8 != 0 {
		length = 128
	}
	o, u := str("O"), str("U")
	if v == 5 {
		key, err := keyV5(r, o, u, str("OE"), str("UE"))
		c.key = key
		return c, err
	}
	if len(o) < 32 || len(u) < 16 {
		return nil, errLocked
	}
	old := oldHandler{rev: r, n: int(length / 8), o: o[:32], u: u, perms: int32(num("P", 0)), id: []byte(id), metadata: c.metadata}
	c.key = old.open()
	if c.key == nil {
		return nil, errLocked
	}
	return c, nil
}

// filters reads the crypt filters of versions 4 and 5 (ISO 32000-1 §7.6.5). It reports false when one in use has a method nobody described,
// "None" included: that asks for a program of its author's.
func (c *crypt) filters(d Dict, resolve func(Object) Object) bool {
	c.named = map[Name]method{"Identity": identity}
	known := map[Name]method{"V2": useRC4, "AESV2": useAES128, "AESV3": useAES256}
	all, _ := resolve(d.Get("CF")).(Dict)
	for _, e := range all {
		filter, _ := resolve(e.Val).(Dict)
		cfm, _ := resolve(filter.Get("CFM")).(Name)
		if m, ok := known[cfm]; ok && e.Key != "Identity" {
			c.named[e.Key] = m
		}
	}
	use := func(key Name) (method, bool) {
		name, is := resolve(d.Get(key)).(Name)
		if !is {
			name = "Identity"
		}
		m, ok := c.named[name]
		return m, ok
	}
	var streams, texts bool
	c.streams, streams = use("StmF")
	c.texts, texts = use("StrF")
	return streams && texts
}

// oldHandler is revisions 2 to 4 (ISO 32000-1 §7.6.3).
type oldHandler struct {
	rev      int64
	n        int
	o, u     []byte
	perms    int32
	id       []byte
	metadata bool
}

func (h *oldHandler) open() []byte {
	if key := h.user(padding); key != nil {
		return key
	}
	// The empty owner password: O then hides the user password.
	sum := md5.Sum(padding)
	k := sum[:]
	if h.rev >= 3 {
		for range 50 {
			s := md5.Sum(k[:h.n])
			k = s[:]
		}
	}
	k = k[:min(h.n, len(k))]
	pw := bytes.Clone(h.o)
	if h.rev == 2 {
		xorRC4(k, pw)
	} else {
		for i := 19; i >= 0; i-- {
			xorRC4(shifted(k, byte(i)), pw)
		}
	}
	return h.user(pw)
}

func (h *oldHandler) user(pw []byte) []byte {
	m := md5.New()
	m.Write(pw[:32])
	m.Write(h.o)
	_ = binary.Write(m, binary.LittleEndian, h.perms)
	m.Write(h.id)
	if h.rev >= 4 && !h.metadata {
		m.Write([]byte{0xff, 0xff, 0xff, 0xff})
	}
	key := m.Sum(nil)
	n := min(h.n, len(key))
	if h.rev == 2 {
		n = 5
	} else {
		for range 50 {
			s := md5.Sum(key[:n])
			key = s[:]
		}
	}
	key = key[:n]
	if h.rev == 2 {
		want := bytes.Clone(padding)
		xorRC4(key, want)
		if bytes.Equal(want, h.u[:min(32, len(h.u))]) {
			return key
		}
		return nil
	}
	m = md5.New()
	m.Write(padding)
	m.Write(h.id)
	want := m.Sum(nil)
	for i := range 20 {
		xorRC4(shifted(key, byte(i)), want)
	}
	if bytes.Equal(want, h.u[:16]) {
		return key
	}
	return nil
}

func shifted(key []byte, x byte) []byte {
	out := make([]byte, len(key))
	for i := range key {
		out[i] = key[i] ^ x
	}
	return out
}

func xorRC4(key, data []byte) {
	if c, err := rc4.NewCipher(key); err == nil {
		c.XORKeyStream(data, data)
	}
}

// keyV5 is revisions 5 and 6 (ISO 32000-2 §7.6.4).
func keyV5(r int64, o, u, oe, ue []byte) ([]byte, error) {
	if len(o) < 48 || len(u) < 48 || len(oe) < 32 || len(ue) < 32 {
		return nil, errLocked
	}
	o, u = o[:48], u[:48]
	hash := func(salt, extra []byte) []byte {
		if r == 5 {
			s := sha256.Sum256(append(bytes.Clone(salt), extra...))
			return s[:]
		}
		return hashR6(salt, extra)
	}
	unwrap := func(kek, wrapped []byte) []byte {
		b, err := aes.NewCipher(kek)
		if err != nil {
			return nil
		}
		out := make([]byte, 32)
		cipher.NewCBCDecrypter(b, make([]byte, 16)).CryptBlocks(out, wrapped[:32])
		return out
	}
	if bytes.Equal(hash(u[32:40], nil), u[:32]) {
		return unwrap(hash(u[40:48], nil), ue), nil
	}
	if bytes.Equal(hash(o[32:40], u), o[:32]) {
		return unwrap(hash(o[40:48], u), oe), nil
	}
	return nil, errLocked
}

// hashR6 is algorithm 2.B of ISO 32000-2 for the empty password.
func hashR6(salt, extra []byte) []byte {
	first := sha256.Sum256(append(bytes.Clone(salt), extra...))
	k := first[:]
	for i := 0; ; i++ {
		block := append(bytes.Clone(k), extra...)
		data := bytes.Repeat(block, 64)
		b, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		cipher.NewCBCEncrypter(b, k[16:32]).CryptBlocks(data, data)
		mod := 0
		for _, c := range data[:16] {
			mod += int(c)
		}
		switch mod % 3 {
		case 0:
			s := sha256.Sum256(data)
			k = s[:]
		case 1:
			s := sha512.Sum384(data)
			k = s[:]
		default:
			s := sha512.Sum512(data)
			k = s[:]
		}
		if i >= 63 && int(data[len(data)-1]) <= i-31 {
			return k[:32]
		}
	}
}

// reader decrypts one stream. A stream may name a crypt filter of its own.
func (c *crypt) reader(raw io.Reader, s *Stream, resolve func(Object) Object) io.Reader {
	how := c.streams
	if t := s.Dict.Name("Type"); t == "XRef" || t == "Metadata" && !c.metadata {
		return raw
	}
	for _, f := range Filters(s.Dict, resolve) {
		if f.Name != "Crypt" || c.named == nil {
			continue
		}
		name, is := resolve(f.Parms.Get("Name")).(Name)
		if !is {
			name = "Identity"
		}
		how = c.named[name]
	}
	return c.open(raw, s.ID, how)
}

// text decrypts a string that stands in object id. What does not decrypt comes back empty.
func (c *crypt) text(s String, id Ref) String {
	if c.texts == identity || id.Num <= 0 {
		return s
	}
	plain, err := io.ReadAll(c.open(bytes.NewReader([]byte(s)), id, c.texts))
	if err != nil {
		return ""
	}
	return String(plain)
}

func (c *crypt) open(raw io.Reader, id Ref, how method) io.Reader {
	if how == identity || id.Num <= 0 {
		return raw
	}
	key := c.key
	if how != useAES256 {
		m := md5.New()
		m.Write(c.key)
		m.Write([]byte{byte(id.Num), byte(id.Num >> 8), byte(id.Num >> 16), byte(id.Gen), byte(id.Gen >> 8)})
		if how == useAES128 {
			m.Write([]byte("sAlT"))
		}
		key = m.Sum(nil)[:min(len(c.key)+5, 16)]
	}
	if how == useRC4 {
		z, err := rc4.NewCipher(key)
		if err != nil {
			return raw
		}
		return cipher.StreamReader{S: z, R: raw}
	}
	b, err := aes.NewCipher(key)
	if err != nil {
		return raw
	}
	iv := make([]byte, 16)
	if _, err := io.ReadFull(raw, iv); err != nil {
		return bytes.NewReader(nil)
	}
	return &cbc{r: raw, mode: cipher.NewCBCDecrypter(b, iv)}
}

// cbc decrypts block by block and cuts the padding of the last one.
type cbc struct {
	r    io.Reader
	mode cipher.BlockMode
	next [4096]byte // read and still encrypted
	n    int
	out  [4096]byte
	have []byte
	end  bool
}

func (c *cbc) Read(p []byte) (int, error) {
	for len(c.have) == 0 {
		if c.end {
			return 0, io.EOF
		}
		if c.n == 0 {
			c.fill()
		}
		whole := c.n / 16 * 16
		if whole == 0 {
			c.end = true
			continue
		}
		c.mode.CryptBlocks(c.out[:whole], c.next[:whole])
		c.have = c.out[:whole]
		c.fill()
		if c.n == 0 { // that was the last block
			c.end = true
			if pad := int(c.have[whole-1]); pad >= 1 && pad <= 16 {
				c.have = c.have[:whole-pad]
			}
		}
	}
	n := copy(p, c.have)
	c.have = c.have[n:]
	return n, nil
}

func (c *cbc) fill() { c.n, _ = io.ReadFull(c.r, c.next[:]) }
