package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"

	"sohoa/archive"
	"sohoa/internal/durable"
)

// Seal closes the secrets of second factors, so that a catalog or a backup by itself makes no codes. It is a key of AES-256-GCM.
type Seal struct{ key [32]byte }

// NewSeal draws a key.
func NewSeal() Seal {
	var s Seal
	rand.Read(s.key[:])
	return s
}

const sealPrefix = "sohoa-seal-1:"

// LoadOrCreateSeal reads the key in a file of mode 0600, and makes it when there is none. Nodes of one house share it. Where it is
// lost, second factors cannot be checked: people come in by recovery codes or an administrator resets them.
func LoadOrCreateSeal(path string) (Seal, error) {
	said, err := durable.Secret(path, func() (string, error) {
		s := NewSeal()
		return sealPrefix + base64.StdEncoding.EncodeToString(s.key[:]), nil
	})
	if err != nil {
		return Seal{}, fmt.Errorf("seal key: %w", err)
	}
	text, ok := strings.CutPrefix(strings.TrimSpace(said), sealPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) != 32 {
		return Seal{}, fmt.Errorf("seal key %s: not a key of this program", path)
	}
	return Seal{[32]byte(key)}, nil
}

func (s Seal) aead() cipher.AEAD {
	b, err := aes.NewCipher(s.key[:])
	if err != nil {
		panic(err) // the key has the right length
	}
	a, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		panic(err)
	}
	return a
}

// close seals a secret for one account: moved to the row of another it does not open.
func (s Seal) close(account archive.ID, secret []byte) []byte {
	return s.aead().Seal(nil, nil, secret, []byte("second factor of "+account.String()))
}

func (s Seal) open(account archive.ID, sealed []byte) ([]byte, error) {
	b, err := s.aead().Open(nil, nil, sealed, []byte("second factor of "+account.String()))
	if err != nil {
		return nil, errSealed
	}
	return b, nil
}

var errSealed = archive.Fault(archive.Unavailable, "second_factor_sealed", archive.Text{VI: "Hệ thống đã mất khóa của xác thực hai bước. Xin dùng mã khôi phục, hoặc nhờ quản trị viên đặt lại.",
	EN: "The key of the second factors is lost. Use a recovery code, or ask an administrator for a reset."})
