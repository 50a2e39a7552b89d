package virus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// clamd(8), "COMMANDS": a command with a z before it ends with a zero byte, and so does its answer. INSTREAM is followed by
// chunks, each behind its length in four bytes, network order, and ends with a chunk of length zero.

const (
	chunk     = 256 << 10
	maxAnswer = 4 << 10 // a signature's name is some dozen bytes; more is not clamd talking
)

// ask sends a command that nothing follows and returns the answer.
func ask(c net.Conn, command string) (string, error) {
	if _, err := io.WriteString(c, "z"+command+"\x00"); err != nil {
		return "", err
	}
	return answer(c)
}

// instream sends size bytes of f and returns the name of what clamd found. The answer is waited for from the start: clamd
// gives it early when the file is too large for it, and then hangs up on what is still being sent.
func instream(c net.Conn, f io.ReaderAt, size int64) (string, error) {
	replied := make(chan reply, 1)
	go func() {
		said, err := answer(c)
		replied <- reply{said, err}
	}()
	early, sent := send(c, io.NewSectionReader(f, 0, size), size, replied)
	var own readError
	if errors.As(sent, &own) {
		c.Close() // nothing more comes: the answer need not be waited for
		<-replied
		return "", own.err
	}
	var r reply
	if early != nil {
		r = *early
	} else {
		r = <-replied // comes, or talk closes the connection
	}
	if r.err != nil {
		return "", errors.Join(r.err, sent)
	}
	found, err := verdict(r.said)
	if err == nil && found == "" && (early != nil || sent != nil) {
		return "", strange(r.said) // clean, of a file it has not seen to the end
	}
	return found, err
}

type reply struct {
	said string
	err  error
}

// readError marks an error of our own file.
type readError struct{ err error }

func (e readError) Error() string { return e.err.Error() }

// send sends the command and the file. It stops when the answer is there before the file's end, and returns it.
func send(c net.Conn, r io.Reader, size int64, replied <-chan reply) (*reply, error) {
	if _, err := io.WriteString(c, "zINSTREAM\x00"); err != nil {
		return nil, err
	}
	buf := make([]byte, 4+chunk)
	for left := size; ; {
		select {
		case early := <-replied:
			return &early, nil
		default:
		}
		n := int(min(left, chunk))
		if _, err := io.ReadFull(r, buf[4:4+n]); err != nil {
			return nil, readError{fmt.Errorf("read file to scan: %w", err)}
		}
		binary.BigEndian.PutUint32(buf, uint32(n))
		if _, err := c.Write(buf[:4+n]); err != nil || n == 0 { // the chunk without bytes is the end
			return nil, err
		}
		left -= int64(n)
	}
}

// answer reads one answer up to its zero byte. One that is cut off, or too long, is none.
func answer(c net.Conn) (string, error) {
	var b []byte
	buf := make([]byte, 512)
	for len(b) <= maxAnswer {
		n, err := c.Read(buf)
		b = append(b, buf[:n]...)
		if i := strings.IndexByte(string(b), 0); i >= 0 {
			return string(b[:i]), nil
		}
		if err != nil {
			return "", fmt.Errorf("answer breaks off after %d bytes: %w", len(b), err)
		}
	}
	return "", strange(string(b[:80]))
}

// verdict reads the answer to INSTREAM.
func verdict(said string) (found string, err error) {
	about, ok := strings.CutPrefix(said, "stream: ")
	switch name, isFound := strings.CutSuffix(about, " FOUND"); {
	case ok && about == "OK":
		return "", nil
	case ok && isFound && strings.HasPrefix(name, "Heuristics.Limits.Exceeded"):
		return "", tooLarge(said) // AlertExceedsMax: it stopped looking
	case ok && isFound && strings.TrimSpace(name) != "":
		return strings.TrimSpace(name), nil
	case strings.HasPrefix(said, "INSTREAM size limit exceeded"):
		return "", tooLarge(said)
	}
	return "", strange(said)
}
