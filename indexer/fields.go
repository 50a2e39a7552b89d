package indexer

// Names of fields in the index. They are short because bleve repeats them in every segment. Changing what a field holds
// means raising formatVersion.
const (
	fAll   = "a" // every word, folded, with positions
	fExact = "x" // every word with its marks, lists only
	fHead  = "h" // the words of the metadata, folded, with positions

	// Parts of the metadata that a query can name, folded, with positions.
	fNumber    = "no"
	fNotation  = "nt"
	fSubject   = "su"
	fSigner    = "si"
	fType      = "ty"
	fAgency    = "ag"
	fDossier   = "do"
	fProcedure = "pr"
	fFile      = "fi"
	fOwner     = "ow"

	// Keywords: one term each, compared whole. Those of facets and sorting also have doc values.
	kAgency    = "kag"
	kCustodian = "kcu"
	kProcedure = "kpr"
	kType      = "kty"
	kKind      = "kki"
	kState     = "kst"
	kYear      = "kye"
	kDossier   = "kdo"
	kOwner     = "kow" // the owner's personal id: never among the words
	kAccess    = "kac"
	kSealedFor = "kse" // persons a sealed paper names
	kOwnBy     = "kdi" // uploader of a paper in one of archive.OwnStates
	kIssued    = "kis" // year, month and day of issue as three terms, so that a range is a handful of terms
	kDay       = "kda" // the day that newest and oldest go by

	fStored = "s" // the metadata shown in snippets, stored and not indexed
)

// queryFields are the names a query can use before a colon, folded and without signs.
var queryFields = map[string]string{
	"number": fNumber, "so": fNumber,
	"notation": fNotation, "kyhieu": fNotation,
	"subject": fSubject, "trichyeu": fSubject,
	"signer": fSigner, "nguoiky": fSigner,
	"type": fType, "loai": fType,
	"agency": fAgency, "coquan": fAgency,
	"dossier": fDossier, "hoso": fDossier,
	"procedure": fProcedure, "thutuc": fProcedure,
	"file": fFile, "filename": fFile, "tep": fFile,
	"owner": fOwner, "chuho": fOwner,
}

// showNames are the names of fields in snippets, as the contract spells them.
var showNames = map[string]string{
	fNumber: "number", fSubject: "subject", fSigner: "signer", fType: "type", fAgency: "agency",
	fDossier: "dossier", fProcedure: "procedure", fFile: "file_name", fOwner: "owner",
}
