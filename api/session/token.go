package session

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"

	"sohoa/archive"
)

// tokenPrefix makes a token recognisable where it must not stand: in a repository, a log, a chat.
const tokenPrefix = "sohoa_"

// NewToken makes an API token: the prefix, 256 random bits and a checksum. Only its digest is kept.
func NewToken() (secret string, digest archive.Digest) {
	body := random()
	secret = tokenPrefix + body + checksum(body)
	return secret, archive.DigestOf([]byte(secret))
}

// random returns 256 random bits in 43 letters that need no quoting anywhere.
func random() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// checksum lets a mistyped or cut token be told from a revoked one without asking the catalog.
func checksum(body string) string {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], crc32.ChecksumIEEE([]byte(body)))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenDigest returns the digest of a well-formed token.
func tokenDigest(secret string) (archive.Digest, bool) {
	body, ok := strings.CutPrefix(secret, tokenPrefix)
	const sum = 6
	if !ok || len(body) != 43+sum || checksum(body[:43]) != body[43:] {
		return archive.Digest{}, false
	}
	return archive.DigestOf([]byte(secret)), true
}

// NewSecret makes the secret of a cookie or a link and its digest.
func NewSecret() (secret string, digest archive.Digest) {
	secret = random()
	return secret, archive.DigestOf([]byte(secret))
}

// DigestOf returns the digest by which a secret of NewSecret is kept.
func DigestOf(secret string) archive.Digest { return archive.DigestOf([]byte(secret)) }
