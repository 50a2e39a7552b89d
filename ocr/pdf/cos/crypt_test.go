package cos

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5" //nolint:gosec // ISO 32000-1 §7.6 prescribes it
	"fmt"
	"strings"
	"testing"
)

// secret is a file encrypted for the empty password by version 4 of the standard handler, AES of 128 bits.
type secret struct {
	key  []byte
	dict string // of the handler, without its crypt filters
}

const fileID = "0123456789abcdef"

func newSecret() secret {
	h := oldHandler{rev: 4, n: 16, o: bytes.Repeat([]byte{7}, 32), perms: -4, id: []byte(fileID), metadata: true}
	m := md5.New()
	m.Write(padding)
	m.Write(h.o)
	m.Write([]byte{0xfc, 0xff, 0xff, 0xff})
	m.Write(h.id)
	key := m.Sum(nil)
	for range 50 {
		s := md5.Sum(key)
		key = s[:]
	}
	m = md5.New()
	m.Write(padding)
	m.Write(h.id)
	u := m.Sum(nil)
	for i := range 20 {
		xorRC4(shifted(key, byte(i)), u)
	}
	u = append(u, make([]byte, 16)...)
	return secret{key, fmt.Sprintf("/Filter/Standard/V 4/R 4/Length 128/P -4/O<%x>/U<%x>", h.o, u)}
}

// lock encrypts data as object num would be.
func (s secret) lock(num int, data string) string {
	m := md5.New()
	m.Write(s.key)
	m.Write([]byte{byte(num), byte(num >> 8), 0, 0, 0})
	m.Write([]byte("sAlT"))
	b, err := aes.NewCipher(m.Sum(nil))
	if err != nil {
		panic(err)
	}
	pad := 16 - len(data)%16
	plain := append([]byte(data), bytes.Repeat([]byte{byte(pad)}, pad)...)
	iv := bytes.Repeat([]byte{9}, 16)
	cipher.NewCBCEncrypter(b, iv).CryptBlocks(plain, plain)
	return string(iv) + string(plain)
}

const aesFilters = "/CF<</StdCF<</CFM/AESV2/Length 16>>>>/StmF/StdCF/StrF/StdCF"

// encrypted is a file of the given objects with the given crypt filters.
func (s secret) file(t *testing.T, filters, objects string) *File {
	t.Helper()
	return file(t, objects+" trailer<</Root 1 0 R/ID[("+fileID+")("+fileID+")]/Encrypt<<"+s.dict+filters+">>>>")
}

func stream(num int, dict, data string) string {
	return fmt.Sprintf("%d 0 obj<<%s/Length %d>>stream\n%s\nendstream endobj ", num, dict, len(data), data)
}

func TestEncryption(t *testing.T) {
	s := newSecret()
	cases := []struct {
		reason, encrypt string
		lock            Lock
		foreign         bool
	}{
		{"opens with the empty password", "<<" + s.dict + aesFilters + ">>", OwnerLocked, false},
		{"needs a password", "<<" + strings.Replace(s.dict, "/U<", "/U<ff", 1) + aesFilters + ">>", Locked, false},
		{"a certificate's handler", "<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s5/V 4/Recipients[(x)]>>", Locked, true},
		{"somebody's own handler", "<</Filter/Acme/V 1>>", Locked, true},
		{"a version nobody described", "<<" + strings.Replace(s.dict, "/V 4", "/V 9", 1) + ">>", Locked, true},
		{"a filter that asks for a program", "<<" + s.dict + strings.Replace(aesFilters, "AESV2", "None", 1) + ">>", Locked, true},
		{"a filter of an unknown method", "<<" + s.dict + strings.Replace(aesFilters, "AESV2", "AESV9", 1) + ">>", Locked, true},
		{"a filter nobody defined", "<<" + s.dict + "/StmF/Lost/StrF/Lost>>", Locked, true},
		{"Identity for all", "<<" + s.dict + "/StmF/Identity/StrF/Identity>>", OwnerLocked, false},
		{"Identity redefined stays what it is", "<<" + s.dict + "/CF<</Identity<</CFM/None>>>>/StmF/Identity>>", OwnerLocked, false},
		{"something that is no dictionary", "17", Locked, true},
		{"a reference to nothing", "99 0 R", Locked, true},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			f := file(t, "1 0 obj<</Type/Catalog>>endobj trailer<</Root 1 0 R/ID[("+fileID+")]/Encrypt "+c.encrypt+">>")
			if f.Lock() != c.lock || f.Foreign != c.foreign {
				t.Errorf("lock %d, foreign %v; want %d, %v", f.Lock(), f.Foreign, c.lock, c.foreign)
			}
		})
	}
}

func TestDecryption(t *testing.T) {
	s := newSecret()
	read := func(f *File, num int) string {
		v, is := f.Resolve(Ref{num, 0}).(*Stream)
		if !is {
			t.Fatalf("object %d is no stream", num)
		}
		b, err := f.Bytes(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	f := s.file(t, aesFilters, "1 0 obj<</A<"+fmt.Sprintf("%x", s.lock(1, "javascript:x"))+">>>endobj "+
		stream(2, "", s.lock(2, "hello"))+
		stream(3, "/Filter[/Crypt]/DecodeParms[<</Name/Identity>>]", "in plain")+
		stream(4, "/Filter/Crypt", "in plain too")+
		stream(5, "/Filter[/Crypt]/DecodeParms[<</Name/StdCF>>]", s.lock(5, "by name")))
	for num, want := range map[int]string{2: "hello", 3: "in plain", 4: "in plain too", 5: "by name"} {
		if got := read(f, num); got != want {
			t.Errorf("object %d reads %q, want %q", num, got, want)
		}
	}
	text, _ := f.Root().Get("A").(String)
	if got := f.Text(text, Ref{1, 0}); got != "javascript:x" {
		t.Errorf("the text reads %q", got)
	}
	if got := s.file(t, "/StmF/Identity/StrF/Identity", stream(2, "", "open")); read(got, 2) != "open" {
		t.Error("a stream under Identity was decrypted")
	}
}

// TestShadowIsNotEncrypted: what is judged in the place of an owner-locked file says what that says.
func TestShadowIsNotEncrypted(t *testing.T) {
	s := newSecret()
	f := s.file(t, aesFilters, "1 0 obj<</Type/Catalog/A<"+fmt.Sprintf("%x", s.lock(1, "a text"))+">/B[<</C<"+fmt.Sprintf("%x", s.lock(1, "deep"))+">>>]>>endobj "+
		stream(2, "/X<"+fmt.Sprintf("%x", s.lock(2, "beside"))+">", s.lock(2, "hello")))
	var out bytes.Buffer
	if err := f.Shadow(&out, func(*Stream) bool { return false }, nil); err != nil {
		t.Fatal(err)
	}
	g, err := Open(t.Context(), out.Bytes(), Limits{})
	if err != nil || g.Lock() != Unlocked {
		t.Fatalf("lock %d, %v", g.Lock(), err)
	}
	inner, _ := g.Root().Get("B").(Array)
	v, _ := g.Resolve(Ref{2, 0}).(*Stream)
	b, err := g.Bytes(v)
	if g.Root().Get("A") != String("a text") || len(inner) != 1 || inner[0].(Dict).Get("C") != String("deep") || v.Dict.Get("X") != String("beside") || string(b) != "hello" {
		t.Errorf("%v, %v: the shadow says\n%s", g.Root(), err, out.Bytes())
	}
}

// TestAmbiguousFiles are written so that one reader sees what another does not.
func TestAmbiguousFiles(t *testing.T) {
	s := newSecret()
	packed := "7 0 <</S/JavaScript/JS(x)>>"
	trailers := func(first, second string) string {
		return "1 0 obj<</Type/Catalog>>endobj trailer<</Root 1 0 R" + first + ">> trailer<</Root 1 0 R" + second + ">>"
	}
	lock := "/ID[(" + fileID + ")]/Encrypt<<" + s.dict + aesFilters + ">>"
	other := "/ID[(" + fileID + ")]/Encrypt<<" + strings.Replace(s.dict, "/P -4", "/P -8", 1) + aesFilters + ">>"
	cases := []struct {
		reason, body string
		ambiguous    bool
	}{
		{"a plain file", trailers("", ""), false},
		{"both trailers say how it is encrypted", trailers(lock, lock), false},
		{"only the first does", trailers(lock, ""), false}, // as in a linearised file
		{"only a later one does", trailers("", lock), true},
		{"they do not agree", trailers(lock, other), true},
		{"an object stream said twice", stream(3, "/Type/ObjStm/N 1/First 4", packed), false},
		{"an object stream of two lengths", stream(3, "/Type/ObjStm/N 1/First 4/Length 3", packed), true},
		{"an object stream of two types", stream(3, "/Type/ObjStm/Type/Other/N 1/First 4", packed), true},
		{"an object stream of two counts", stream(3, "/Type/ObjStm/N 0/N 1/First 4", packed), true},
		{"an object stream with a crypt filter", stream(3, "/Type/ObjStm/N 1/First 4/Filter[/Crypt]", packed) + trailers(lock, lock), true},
	}
	for _, c := range cases {
		t.Run(c.reason, func(t *testing.T) {
			if got := file(t, c.body).Ambiguous(); (len(got) > 0) != c.ambiguous {
				t.Errorf("ambiguous objects %v, want some: %v", got, c.ambiguous)
			}
		})
	}
	t.Run("an object stream without its type is read all the same", func(t *testing.T) {
		f := file(t, stream(3, "/Type/Potato/N 1/First 4", packed))
		if d, ok := f.Dict(Ref{7, 0}); !ok || d.Name("S") != "JavaScript" {
			t.Errorf("object 7 is %v", d)
		}
	})
}
