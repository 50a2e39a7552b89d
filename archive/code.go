package archive

// CodeKind is the symbology of a code on a page.
type CodeKind string

const (
	CodeQR    CodeKind = "qr"      // ISO/IEC 18004
	Code128   CodeKind = "code128" // ISO/IEC 15417
	CodePatch CodeKind = "patch"   // a patch code of a separator sheet; its text is its letter
)

// Code is a code decoded on a page. Its text is what anybody may have printed there: it is shown, never obeyed, and only what
// is well formed in it is taken up.
type Code struct {
	Kind CodeKind `json:"kind"`
	Text string   `json:"text"` // valid UTF-8 without control characters
	Box  Box      `json:"box"`
}
