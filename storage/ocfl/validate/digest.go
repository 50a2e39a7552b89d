package validate

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"strconv"

	"golang.org/x/crypto/blake2b"
)

// algorithms are the digests of §3.4 and of the extension 0009-digest-algorithms. "size" is not a hash: its digest is the
// number of bytes.
var algorithms = map[string]func() hash.Hash{
	"md5":         md5.New,
	"sha1":        sha1.New,
	"sha256":      sha256.New,
	"sha512":      sha512.New,
	"sha512/256":  sha512.New512_256,
	"blake2b-160": blake2(20),
	"blake2b-256": blake2(32),
	"blake2b-384": blake2(48),
	"blake2b-512": blake2(64),
	sizeDigest:    func() hash.Hash { return nil },
}

const sizeDigest = "size"

func blake2(size int) func() hash.Hash {
	return func() hash.Hash {
		h, err := blake2b.New(size, nil)
		if err != nil {
			panic(err) // a size or key that the algorithm does not have
		}
		return h
	}
}

// addresses reports whether an object's content may be addressed by the algorithm (§3.4).
func addresses(algorithm string) bool { return algorithm == "sha512" || algorithm == "sha256" }

// isHex reports whether a digest is written in hex.
func isHex(digest string) bool {
	_, err := hex.DecodeString(digest)
	return err == nil && digest != ""
}

// fits reports whether a digest has the form of its algorithm.
func fits(algorithm, digest string) bool {
	if algorithm == sizeDigest {
		n, err := strconv.ParseUint(digest, 10, 63)
		return err == nil && strconv.FormatUint(n, 10) == digest
	}
	return isHex(digest) && len(digest) == 2*algorithms[algorithm]().Size()
}
