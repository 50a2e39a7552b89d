package testkit

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"testing"
)

// Chance returns a source of chance that gives the same numbers for the same seed, on every machine and in every run.
func Chance(seed uint64) *rand.Rand { return rand.New(chacha(seed)) }

// Noise returns endless bytes that no compressor makes smaller, the same for the same seed.
func Noise(seed uint64) io.Reader { return chacha(seed) }

func chacha(seed uint64) *rand.ChaCha8 {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return rand.NewChaCha8(key)
}

// FreeAddress returns a loopback address, host:port, on which nobody listens now. Somebody else may take it before it is used: a
// program that can listen on port 0 and tell its port should.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
