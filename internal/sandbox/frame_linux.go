package sandbox

import (
	"encoding/binary"
	"fmt"
	"io"
)

// A frame is one byte of kind, four bytes of length (big endian), then the body. Descriptors ride on the header.
type kind byte

const (
	kindSetup kind = 's' // parent → child, once: setup as JSON
	kindReady kind = 'r' // child → parent, once: ready as JSON
	kindTask  kind = 't' // parent → child: Task.Body, with descriptors
	kindReply kind = 'p' // child → parent, any number per task
	kindAlive kind = 'a' // child → parent, any number per task; no body
	kindDone  kind = 'd' // child → parent, last of a task; body empty, or a Refusal as JSON
)

const headerBytes = 5

func header(k kind, n int) []byte {
	h := make([]byte, headerBytes)
	h[0] = byte(k)
	binary.BigEndian.PutUint32(h[1:], uint32(n))
	return h
}

// parseHeader refuses lengths above limit before anything is allocated for them.
func parseHeader(h []byte, limit int) (kind, int, error) {
	n := binary.BigEndian.Uint32(h[1:])
	if uint64(n) > uint64(limit) {
		return 0, 0, fmt.Errorf("%w: %d bytes announced, %d allowed", ErrMessage, n, limit)
	}
	return kind(h[0]), int(n), nil
}

// readFrame reads one frame without descriptors. io.EOF means that the other side is gone between two frames.
func readFrame(r io.Reader, limit int) (kind, []byte, error) {
	h := make([]byte, headerBytes)
	if _, err := io.ReadFull(r, h); err != nil {
		return 0, nil, err
	}
	k, n, err := parseHeader(h, limit)
	if err != nil {
		return 0, nil, err
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return 0, nil, fmt.Errorf("read body of %d bytes: %w", n, err)
	}
	return k, body, nil
}
