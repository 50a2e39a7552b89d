package ocfl

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"sohoa/archive"
	"sohoa/storage/blob"
)

// Files of a storage root (OCFL 1.1 §4.1).
const (
	rootNamaste  = "0=ocfl_1.1"
	rootText     = "ocfl_1.1\n"
	layoutFile   = "ocfl_layout.json"
	extensions   = "extensions"
	layoutConfig = extensions + "/" + layoutName + "/config.json"
	spoolFolder  = extensions + "/sohoa-spool" // when the spool cannot lie elsewhere; see OpenDisk
)

var (
	textForeign = archive.Text{VI: "Thư mục kho không trống và không phải kho OCFL. Hãy chọn thư mục trống.", EN: "The store folder is not empty and is no OCFL store. Choose an empty folder."}
	textNewer   = archive.Text{VI: "Kho được ghi theo chuẩn hoặc bố cục mà phiên bản này không biết.", EN: "The store is written in a standard or layout that this version does not know."}
)

// otherRoots are the storage roots of earlier and likely later standards, told apart from a folder of strangers so that the
// refusal says what to do.
var otherRoots = []string{"0=ocfl_1.0", "0=ocfl_1.2", "0=ocfl_2.0"}

// findRoot reads how a storage root is laid out. found is false when the store is empty, or a root was begun in it and not
// finished.
func findRoot(ctx context.Context, s blob.Store) (l layout, found bool, err error) {
	_, err = s.Stat(ctx, rootNamaste)
	if err == nil {
		l, err = readRoot(ctx, s)
		return l, true, err
	}
	if archive.KindOf(err) != archive.NotFound {
		return l, false, err
	}
	for _, name := range otherRoots {
		if _, err := s.Stat(ctx, name); err == nil {
			return l, false, refuse("unknown_store_layout", textNewer, fmt.Errorf("the store says %s, this version knows %s", name, rootNamaste))
		}
	}
	for info, err := range s.List(ctx, "") {
		if err != nil {
			return l, false, err
		}
		switch first, _, _ := strings.Cut(info.Key, "/"); first {
		case layoutFile, extensions, "lost+found": // the last is made by mkfs in a fresh volume
		default:
			return l, false, refuse("foreign_store", textForeign, fmt.Errorf("there is %q and no %s", info.Key, rootNamaste))
		}
	}
	return l, false, nil
}

// IsRoot reports whether a folder of this machine holds a storage root, whichever. One that cannot be looked at holds none.
func IsRoot(dir string) bool {
	for _, name := range append([]string{rootNamaste}, otherRoots...) {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

func refuse(code string, text archive.Text, err error) error {
	return &archive.Error{Kind: archive.Unprocessable, Code: code, Msg: text, Err: err}
}

func readRoot(ctx context.Context, s blob.Store) (layout, error) {
	text, err := read(ctx, s, rootNamaste)
	if err != nil {
		return layout{}, err
	}
	if string(text) != rootText {
		return layout{}, refuse("unknown_store_layout", textNewer, fmt.Errorf("%s reads %q", rootNamaste, text))
	}
	b, err := read(ctx, s, layoutFile)
	if err != nil {
		return layout{}, err
	}
	var named struct {
		Extension string `json:"extension"`
	}
	if err := json.Unmarshal(b, &named); err != nil {
		return layout{}, archive.Errorf(archive.Corrupt, "%s: %w", layoutFile, err)
	}
	if named.Extension != layoutName {
		return layout{}, refuse("unknown_store_layout", textNewer, fmt.Errorf("the store is laid out by %q", named.Extension))
	}
	if b, err = read(ctx, s, layoutConfig); err != nil {
		return layout{}, err
	}
	l, err := parseLayout(b)
	if archive.KindOf(err) == archive.Unprocessable {
		return l, refuse("unknown_store_layout", textNewer, err)
	}
	return l, err
}

// makeRoot writes the files of a storage root, the one that says so last: a crash before that leaves a store that findRoot
// still takes for empty, and every file of it is written again.
func makeRoot(ctx context.Context, s blob.Store) (layout, error) {
	for _, f := range []struct {
		key  string
		text []byte
	}{
		{layoutConfig, document(ourLayout)},
		{layoutFile, document(map[string]string{
			"extension":   layoutName,
			"description": "Objects lie in folders named by the SHA-256 of their id, below folders named by its first three digits.",
		})},
		{rootNamaste, []byte(rootText)},
	} {
		if err := s.Delete(ctx, f.key); err != nil {
			return layout{}, err
		}
		if err := s.Create(ctx, f.key, bytes.NewReader(f.text)); err != nil {
			return layout{}, err
		}
	}
	return ourLayout, nil
}

// document renders JSON for people who read the store without us.
func document(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // our own types of strings and numbers
	}
	return b.Bytes()
}

// maxDocument bounds what is read into memory of a file that ought to be small: an inventory of 2,000 versions of ten
// files is 3 MB.
const maxDocument = 64 << 20

// read returns a small blob whole.
func read(ctx context.Context, s blob.Store, key string) ([]byte, error) {
	r, err := s.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if r.Size() > maxDocument {
		return nil, archive.Errorf(archive.Corrupt, "%s is of %d bytes", key, r.Size())
	}
	b := make([]byte, r.Size())
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, blob.Fault("read", key, err)
	}
	return b, nil
}
