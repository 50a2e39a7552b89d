package ledger

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"sohoa/archive"
	"sohoa/internal/durable"
)

// Key signs the checkpoints of one log and knows its own signatures. Whoever holds it can sign another history: it lies
// apart from the catalog, and what it has signed is copied to where neither is.
type Key struct {
	signer   note.Signer
	verifier note.Verifier
	public   string
	seed     []byte
}

// Derive returns 32 secret bytes for a purpose (HKDF-SHA256, RFC 5869): the same for the same key and purpose, and telling nothing
// of the key or of another purpose. So what several processes must share beside the log's key needs no file of its own.
func (k Key) Derive(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, k.seed, nil, archive.Origin+"/"+purpose, 32)
}

// Public returns the key by which others check this log's checkpoints, as golang.org/x/mod/sumdb/note writes it:
// name+hash+base64.
func (k Key) Public() string { return k.public }

// NewKey makes a key and returns it with its secret text, which ParseKey reads.
func NewKey() (Key, string, error) {
	secret, _, err := note.GenerateKey(rand.Reader, archive.Origin)
	if err != nil {
		return Key{}, "", fmt.Errorf("make a log key: %w", err)
	}
	k, err := ParseKey(secret)
	return k, secret, err
}

// ParseKey reads a secret text. Its errors never repeat it.
func ParseKey(secret string) (Key, error) {
	secret = strings.TrimSpace(secret)
	signer, err := note.NewSigner(secret)
	if err != nil {
		return Key{}, archive.Errorf(archive.Invalid, "this is not a log key")
	}
	if signer.Name() != archive.Origin {
		return Key{}, archive.Errorf(archive.Invalid, "the key is of log %q, this log is %q", signer.Name(), archive.Origin)
	}
	// PRIVATE+KEY+name+hash+data, where data is one byte of algorithm and the seed (note.NewSigner has checked them) and may
	// hold a plus itself.
	seed, err := base64.StdEncoding.DecodeString(strings.SplitN(secret, "+", 5)[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return Key{}, archive.Errorf(archive.Invalid, "this is not a log key of Ed25519")
	}
	public, err := note.NewEd25519VerifierKey(archive.Origin, ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey))
	if err != nil {
		return Key{}, fmt.Errorf("public half of the log key: %w", err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return Key{}, fmt.Errorf("public half of the log key: %w", err)
	}
	return Key{signer: signer, verifier: verifier, public: public, seed: seed[1:]}, nil
}

// LoadOrCreateKey reads the key at path. When there is none it makes one, readable by this user only and durable before
// it is returned, so that nothing is ever signed by a key that a power failure takes away. Of several processes that start
// together one makes the key and all get it.
func LoadOrCreateKey(path string) (Key, error) {
	secret, err := durable.Secret(path, func() (string, error) {
		_, secret, err := NewKey()
		return secret, err
	})
	if err != nil {
		return Key{}, fmt.Errorf("log key: %w", err)
	}
	k, err := ParseKey(secret)
	if err != nil {
		return Key{}, fmt.Errorf("log key %s: %w", path, err)
	}
	return k, nil
}
