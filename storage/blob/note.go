package blob

import (
	"errors"
	"io"
	"io/fs"

	"sohoa/archive"
	"sohoa/internal/durable"
)

// noteName is the spooled name of an intent's note; Remove finds it with the rest.
func noteName(intent archive.ID) string { return intent.String() + "-note" }

// maxNote bounds what ReadNote takes.
const maxNote = 4096

// Note keeps a line about an intent beside its spooled files, durable on return: where its bytes are going, so that what a
// crash leaves there is found again. A second note replaces the first.
func (s *Spool) Note(intent archive.ID, text string) error {
	if intent.IsZero() || len(text) > maxNote {
		return archive.Errorf(archive.Invalid, "note of %d bytes for intent %q", len(text), intent)
	}
	return Fault("note", intent.String(), s.note(intent, text))
}

func (s *Spool) note(intent archive.ID, text string) error {
	temp := s.scratch()
	f, err := s.folder.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = s.at("sync note")
	}
	if err == nil {
		err = s.folder.Sync(f)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = s.at("rename note")
	}
	if err == nil {
		err = s.folder.Rename(temp, noteName(intent))
	}
	if err != nil {
		s.folder.Remove(temp)
		return err
	}
	if err := s.at("sync spool"); err != nil {
		return err
	}
	return s.folder.SyncDir(".")
}

// ReadNote returns an intent's note, "" when there is none.
func (s *Spool) ReadNote(intent archive.ID) (string, error) {
	f, err := s.folder.Open(noteName(intent))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", Fault("read note", intent.String(), err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxNote))
	return string(b), Fault("read note", intent.String(), err)
}

// Forget removes an intent's note. It need not survive a power cut: a note about finished work is harmless.
func (s *Spool) Forget(intent archive.ID) error {
	err := s.at("forget note")
	if err == nil {
		err = s.folder.Remove(noteName(intent))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return Fault("forget note", intent.String(), err)
}

// Reach reports whether files can be moved from the spool into a store by name, without copying: nil, or the error that a
// rename across them gives (durable.IsOtherFileSystem). Equal device numbers would not say so: bind mounts share theirs.
func (s *Spool) Reach(store *durable.Folder) error {
	temp := s.scratch()
	f, err := s.folder.Create(temp)
	if err != nil {
		return err
	}
	f.Close()
	const probe = ".sohoa-probe" // begins with a dot: never a key
	if err := s.folder.MoveTo(temp, store, probe); err != nil {
		return errors.Join(err, s.folder.Remove(temp))
	}
	return store.Remove(probe)
}
