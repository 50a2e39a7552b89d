package session

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/argon2"

	"sohoa/archive"
	"sohoa/internal/viet"
)

// Cost of a password: the first choice of the OWASP password storage sheet for argon2id. It takes about 20 ms and 19 MiB.
const (
	hashMemory  = 19 * 1024 // KiB
	hashTime    = 2
	hashThreads = 1
	hashLen     = 32
	saltLen     = 16
)

// Limits of a password as typed. The upper one only bounds what is hashed.
const (
	MinPassword = 10
	MaxPassword = 200
)

// HashPassword returns the PHC string of an acceptable password. Invalid, code weak_password, when it is too short, too long, or
// one of those that are tried first; about are words of the person and the house, which are tried early too. Nothing else is
// asked of a password: rules about letters and digits make people choose worse ones (NIST SP 800-63B §3.1.1.2).
func HashPassword(password string, about ...string) (string, error) {
	if n := len([]rune(viet.NFC(password))); n < MinPassword || n > MaxPassword {
		return "", weak("length", archive.Text{VI: "Mật khẩu cần từ 10 đến 200 ký tự.", EN: "A password has 10 to 200 characters."})
	}
	if common(password, about...) {
		return "", weak("common", archive.Text{VI: "Mật khẩu này nằm trong số những mật khẩu bị thử đầu tiên. Hãy ghép vài từ không liên quan đến nhau.",
			EN: "This is one of the passwords that are tried first. Put together some words that have nothing to do with each other."})
	}
	salt := make([]byte, saltLen)
	rand.Read(salt)
	sum := argon2.IDKey(typed(password), salt, hashTime, hashMemory, hashThreads, hashLen)
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads, b.EncodeToString(salt), b.EncodeToString(sum)), nil
}

func weak(code string, msg archive.Text) error {
	return &archive.Error{Kind: archive.Invalid, Code: "weak_password", Msg: msg, Fields: []archive.FieldError{{Field: "password", Code: code, Msg: msg}}}
}

// typed returns the bytes of a password the same from every keyboard: one types "ế" as one letter, another as three.
func typed(password string) []byte { return []byte(viet.NFC(password)) }

// verify reports whether password belongs to the PHC string. A string that cannot be read belongs to no password.
func verify(phc, password string) bool {
	var version int
	var memory, passes uint32
	var threads uint8
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || len(password) > 4*MaxPassword {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil || passes == 0 || threads == 0 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false
	}
	got := argon2.IDKey(typed(password), salt, passes, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// Letters of a password that a person reads off a screen or a slip: none that looks like another.
const readable = "abcdefghjkmnpqrstuvwxyz23456789"

// OneTimePassword makes a password to be printed once: four groups of four, 79 bits.
func OneTimePassword() string {
	var b strings.Builder
	for i := range 16 {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(readable))))
		if err != nil {
			panic(fmt.Sprintf("random password: %v", err)) // crypto/rand never fails on a supported system
		}
		b.WriteByte(readable[n.Int64()])
	}
	return b.String()
}
