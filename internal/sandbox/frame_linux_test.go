package sandbox

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzReadFrame feeds the parent what a child in foreign hands could say: nothing over the limit is accepted, and what is
// accepted is what was sent.
func FuzzReadFrame(f *testing.F) {
	const limit = 64
	f.Add([]byte("p\x00\x00\x00\x02ok"))
	f.Add([]byte("p\xff\xff\xff\xffok"))
	f.Add([]byte("d\x00\x00\x00\x00"))
	f.Add([]byte("p\x00\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		k, body, err := readFrame(bytes.NewReader(in), limit)
		if err != nil {
			if errors.Is(err, ErrMessage) && len(in) < headerBytes {
				t.Errorf("half a header was judged: %v", err)
			}
			return
		}
		if len(body) > limit {
			t.Errorf("%d bytes accepted, limit %d", len(body), limit)
		}
		if again := append(header(k, len(body)), body...); !bytes.HasPrefix(in, again) {
			t.Errorf("%q read as %q", in, again)
		}
	})
}
