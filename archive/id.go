package archive

import (
	"fmt"

	"github.com/google/uuid"
)

// ID names a document, account, event, intent or job: a UUIDv7 (RFC 9562 §5.7), so that ids made later sort later. It is
// comparable; the zero value names nothing.
type ID uuid.UUID

// NewID makes a fresh ID. It panics only when the machine has no randomness left to give.
func NewID() ID { return ID(uuid.Must(uuid.NewV7())) }

// ParseID accepts the 36-character form only, in either case.
func ParseID(s string) (ID, error) {
	if len(s) != 36 {
		return ID{}, Errorf(Invalid, "id of %d characters", len(s))
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return ID{}, Errorf(Invalid, "id: %v", err)
	}
	return ID(u), nil
}

// IsZero reports whether id names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// String returns the lower-case 36-character form, or "" for the zero value.
func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	return uuid.UUID(id).String()
}

// MarshalText implements encoding.TextMarshaler.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; "" is the zero value.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = ID{}
		return nil
	}
	v, err := ParseID(string(b))
	if err != nil {
		return fmt.Errorf("parse id: %w", err)
	}
	*id = v
	return nil
}
