// Package oidcsigner is an OpenID provider whose every token a test words itself, right or wrong. The real one of oidcserver says only what
// is right, and sends no notices of sign-outs.
package oidcsigner

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Server is a running provider. It ends with the test.
type Server struct {
	*httptest.Server
	Key *rsa.PrivateKey

	mu   sync.Mutex
	name string
	id   string
	keys int
}

// Rename lets the description call itself something else.
func (s *Server) Rename(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.name = name
}

// Trade makes an ID token what the next code is traded for.
func (s *Server) Trade(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id = id
}

// Keys returns how often the keys were asked for.
func (s *Server) Keys() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys
}

// NewKey draws a key of somebody else.
func NewKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// New starts a provider.
func New(t testing.TB) *Server {
	t.Helper()
	key := NewKey(t)
	s := &Server{Key: key}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		answer(w, map[string]any{"issuer": s.name, "authorization_endpoint": s.URL + "/authorize", "token_endpoint": s.URL + "/token", "jwks_uri": s.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.keys++
		b := base64.RawURLEncoding
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
			"n": b.EncodeToString(key.N.Bytes()), "e": b.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": s.id})
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	s.name = s.URL
	return s
}

// Sign makes a token. alg: RS256, HS256 (with the public key, which everybody has), none.
func (s *Server) Sign(alg, typ string, key *rsa.PrivateKey, claims map[string]any) string {
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	head := map[string]any{"alg": alg, "kid": "1"}
	if typ != "" {
		head["typ"] = typ
	}
	text := part(head) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	var sig []byte
	switch alg {
	case "RS256":
		sig, _ = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	case "HS256":
		mac := hmac.New(sha256.New, x509.MarshalPKCS1PublicKey(&s.Key.PublicKey))
		mac.Write([]byte(text))
		sig = mac.Sum(nil)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}
