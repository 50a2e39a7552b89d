package archive

import (
	"reflect"
	"time"
)

// ReadLimits bound the reading of one paper. Zero means the default in DefaultLimits.
type ReadLimits struct {
	PageTime   time.Duration // wall time of one page
	PagePixels int64         // pixels of the image one page is rendered to
	Memory     int64         // anonymous memory of the child and what it started, in bytes
	PageText   int           // bytes of text kept of one page
}

// AssembleLimits bound the making of one file of picked pages. Zero means the default in DefaultLimits.
type AssembleLimits struct {
	Sources       int           // files pages are taken from
	Pages         int           // pages of the file
	Parts         int           // papers one is split into
	Bytes         int64         // the file
	Objects       int           // indirect objects in a source, and in the file
	InflatedBytes int64         // bytes the page contents of one source may unpack to
	Pixels        int64         // of one picture that has to be decoded; those that go over as they are coded do not count
	Time          time.Duration // without a byte written
	Memory        int64         // anonymous memory of the child, in bytes
}

// VirusLimits bound the asking of a virus scanner. Zero means the default in DefaultLimits.
type VirusLimits struct {
	Time     time.Duration // one file, from the connection to the answer
	Dial     time.Duration // until the connection stands, and until a ping is answered
	Parallel int           // files at once
}

// DoorLimits bound what reaches the house over the network. Zero means the default in DefaultLimits.
type DoorLimits struct {
	Connections int           // open at once
	Streams     int           // event streams open at once
	Uploads     int           // files on their way in at once
	HeaderBytes int           // of one request's head
	HeaderTime  time.Duration // in which the head has to be there
	IdleTime    time.Duration // without any byte, either way
	GraceTime   time.Duration // before the average pace of a body counts
	Slowest     int64         // bytes a second, the average pace of a body
	RestTime    time.Duration // a connection between requests
	QueryBytes  int           // of one request's query string
	TableBytes  int64         // one table (CSV) loaded into the registry
	TableRows   int           // its lines
	ExportRows  int           // lines of one table that is sent out
}

// IndexLimits bound the table of a contractor's delivery. Zero means the default in DefaultLimits.
type IndexLimits struct {
	FileBytes     int64 // the file
	UnpackedBytes int64 // the parts of a workbook that are read, unpacked
	Rows          int   // rows with something in them
	Columns       int   // columns with something in them
	CellChars     int   // characters of one cell
}

// FolderLimits bound the taking in of folders: an import, a watch, an inbox. Zero means the default in DefaultLimits.
type FolderLimits struct {
	Depth   int           // folders inside folders
	Files   int           // files of one import
	Watched int           // files of a watched folder that are looked after at once
	Round   int           // files taken between two looks at it
	Settle  time.Duration // a watched file has not changed for so long when it is taken
	Every   time.Duration // pause between two looks
}

// Limits are the bounds of this house, in one place. Every field is configurable by the command line; a zero means its
// default. LimitRows says of each what it bounds and why, by which flag it is set, what a caller is answered and which test
// crosses it; limits.md beside this file is the same as a table. A field without a row fails the tests.
type Limits struct {
	FileBytes     int64 // one deposited file
	MetadataBytes int64 // the JSON beside it
	FileName      int   // characters kept of a file name
	FieldText     int   // characters of one editable field
	Inspect       InspectLimits
	Read          ReadLimits
	Virus         VirusLimits
	Quota         QuotaLimits
	Assemble      AssembleLimits
	Upload        UploadLimits
	Work          WorkLimits
	Door          DoorLimits
	Index         IndexLimits
	Folder        FolderLimits
	Retrieval     RetrievalLimits
	IntentTime    time.Duration // after this an open intent is abandoned and its bytes are the janitor's
	ListRows      int           // rows of one page of a list
	QueryText     int           // characters of a search query
	ViewEvery     time.Duration // one view event per actor and document in this time
	Twins         int           // papers a finding about duplicates names
	PageCache     int64         // page images and reading copies kept; those not asked for longest go first
	DiskWarn      float64       // share of a disk in use from which administrators are warned
	DiskReserve   float64       // bytes of a disk that deposits leave alone; below 1, a share of it
	DiscardKept   time.Duration // how long a discarded paper can be restored
	ScrubEvery    time.Duration // every stored byte is read again once in this time
	ScrubFresh    time.Duration // what is new is read again after this time
	ScrubRate     int64         // bytes a second read for it
	SegmentEvents int           // events of one closed segment of the log
	SegmentTime   time.Duration // after this the events so far are closed into one
	SessionIdle   time.Duration // a signed-in device without a click
	SessionLong   time.Duration // a signed-in device at all
	ProofTime     time.Duration // how long a person who showed who he is may do dangerous things
	InviteTime    time.Duration // a printed password, or a link to set one
	SetupTime     time.Duration // the link by which the first administrator comes in
	KnownBrowser  time.Duration // how long a browser is remembered that an account signed in with
}

// DefaultLimits are what a province needs, with the reason for each.
func DefaultLimits() Limits {
	return Limits{
		FileBytes:     512 << 20, // a 2,000-page colour file at 200 dpi is about 400 MB
		MetadataBytes: 64 << 10,
		FileName:      255,  // what file systems carry
		FieldText:     2000, // the longest field of the law's tables (Autograph)
		Inspect: InspectLimits{
			Pages:         5000,      // the thickest land files
			PagePoints:    72 * 60,   // A0 is 46.8 inches; 60 leaves room for long maps
			ImagePixels:   200e6,     // A0 at 300 dpi is 139 megapixels
			TotalPixels:   50e9,      // 5,000 pages of A4 at 300 dpi is 43 gigapixels
			Objects:       1_000_000, // a 5,000-page born-digital file has about 100,000
			InflatedBytes: 1 << 30,   // what is unpacked while looking, not the scans themselves
			Time:          5 * time.Second,
			Memory:        256 << 20,
		},
		Read: ReadLimits{
			PageTime:   120 * time.Second,
			PagePixels: 40e6, // A3 at 300 dpi is 17 megapixels
			Memory:     1 << 30,
			PageText:   256 << 10,
		},
		Virus: VirusLimits{
			Time:     2 * time.Minute, // clamd takes some seconds for the largest file; nobody watches a bar for longer
			Dial:     5 * time.Second, // a daemon of this network answers in milliseconds, or while it loads signatures not at all
			Parallel: 10,              // as many as clamd has threads unless told otherwise: more would wait there, on its time
		},
		Folder: FolderLimits{
			Depth:   8,               // agency, dossier, a few of the scanner's own; deeper trees are somebody's backup
			Files:   1_000_000,       // their names and times lie in memory, about 300 bytes each
			Watched: 10_000,          // a share lists about that many in a second or two
			Round:   500,             // a quarter of a minute: nobody's new file waits longer behind somebody's large drop
			Settle:  5 * time.Second, // scanners and file servers write on at least that often
			Every:   2 * time.Second, // one listing of a share; nobody waits for a scan that short
		},
		Assemble: AssembleLimits{
			Sources:       60,      // forty photos of one paper, with room; each is an open file
			Pages:         5000,    // as many as one paper may have
			Parts:         200,     // a stack of single sheets scanned in one go
			Bytes:         1 << 30, // two of the largest deposits
			Objects:       1_000_000,
			InflatedBytes: 1 << 30,
			Pixels:        40e6, // as for reading: A3 at 300 dpi is 17 megapixels
			Time:          30 * time.Second,
			Memory:        768 << 20, // a decoded picture of 40 megapixels, twice, and the tables of a source
		},
		Work: WorkLimits{
			CommentText: 2000, // a page of typing; what is longer is a letter
			Comments:    500,  // a paper handed to and fro every working day for two years
			Bulk:        2000, // a commune's month; an hour's work at the pace of a slow store
		},
		Upload: UploadLimits{
			Open:       64,             // three of a page's, four of an import's, and what broke off in a day
			Bytes:      16 << 30,       // thirty-two files of the largest size
			Time:       24 * time.Hour, // until the same hour of the next working day
			Checkpoint: 8 << 20,        // a second of a fast line; a power cut costs no more than this
			Patience:   10 * time.Second,
		},
		// Quota: none. No law sets one, and a number that is wrong stops an office at its counter; what a mistake or a thief can
		// do is bounded by the reserve of the disk. A province sets what it has agreed with its offices.
		Door: DoorLimits{
			Connections: 10_000,           // a thousand accounts with the six connections a browser opens, and the citizens
			Streams:     500,              // half the accounts watch a paper being read
			Uploads:     64,               // each holds a spool file and, while inspected, a child's memory; more only slows all
			HeaderBytes: 32 << 10,         // a session cookie and a proxy's headers are 2 KiB
			HeaderTime:  10 * time.Second, // one packet on the worst line
			IdleTime:    30 * time.Second, // a mobile line in a tunnel
			GraceTime:   30 * time.Second, // until the line has found its pace
			Slowest:     4 << 10,          // a third of the slowest mobile line in use
			RestTime:    2 * time.Minute,  // between two clicks
			QueryBytes:  8 << 10,          // a search of 500 letters, three bytes each, written as %XX, is 4.5 KiB
			TableBytes:  8 << 20,          // every unit of a province is a few thousand lines
			TableRows:   50_000,           // all procedures of the country are about 7,000
			ExportRows:  100_000,          // what a spreadsheet opens without pain
		},
		Index: IndexLimits{
			FileBytes:     32 << 20,  // 100,000 rows of 20 columns are 15 MB as XLSX, 30 MB as CSV
			UnpackedBytes: 256 << 20, // the same as XML, and room for long subjects
			Rows:          100_000,   // contractors hand over lots of at most 50,000
			Columns:       256,       // what the oldest spreadsheets could hold; real tables have 10 to 40
			CellChars:     32_767,    // what a spreadsheet program lets a person type
		},
		Retrieval: RetrievalLimits{
			GrantTime:    15 * time.Minute, // to read and save a few papers on a phone
			AddressTries: 10,               // one receipt copied wrongly again and again
			AddressEvery: 30 * time.Second, // 2,880 a day: of 2^60 codes that finds none
			DossierTries: 20,               // two households at once
			DossierEvery: time.Minute,
			HouseTries:   3000, // a Monday morning's mistakes, and a minute of somebody's programs
			HouseEvery:   20 * time.Millisecond,
			Addresses:    2000, // one event each, an hour
			Comment:      1000, // half a page
		},
		IntentTime:    2 * time.Hour, // longer than the slowest upload
		ListRows:      200,
		QueryText:     500,
		ViewEvery:     15 * time.Minute,
		Twins:         5,        // whoever has more copies of one paper has another question
		PageCache:     20 << 30, // 60,000 pages at all three widths: what an office looks at in a month
		DiskWarn:      0.8,
		DiskReserve:   2 << 30,
		DiscardKept:   30 * 24 * time.Hour,
		ScrubEvery:    30 * 24 * time.Hour, // 3 TB a year at the rate below is two days' reading
		ScrubFresh:    time.Hour,           // the page cache is dropped before; the disk's own has long been overwritten
		ScrubRate:     20 << 20,            // a tenth of what a disk reads
		SegmentEvents: 5000,                // 5 MB; a busy house closes one in a minute
		SegmentTime:   30 * time.Second,    // P4 promises 60
		SessionIdle:   8 * time.Hour,       // a working day without a click
		SessionLong:   7 * 24 * time.Hour,
		ProofTime:     15 * time.Minute,    // a round of administration, and no coffee
		InviteTime:    3 * 24 * time.Hour,  // over a weekend
		SetupTime:     24 * time.Hour,      // each start of the program prints another
		KnownBrowser:  90 * 24 * time.Hour, // longer than anybody is away
	}
}

// withDefaults returns l with every field that is not positive taken from DefaultLimits.
func (l Limits) withDefaults() Limits {
	fill(reflect.ValueOf(&l).Elem(), reflect.ValueOf(DefaultLimits()))
	return l
}

// WithDefaults returns l with every field that is not positive taken from DefaultLimits.
func (l InspectLimits) WithDefaults() InspectLimits { return Limits{Inspect: l}.withDefaults().Inspect }

// WithDefaults returns l with every field that is not positive taken from DefaultLimits.
func (l AssembleLimits) WithDefaults() AssembleLimits {
	return Limits{Assemble: l}.withDefaults().Assemble
}

// WithDefaults returns l with every field that is not positive taken from DefaultLimits.
func (l VirusLimits) WithDefaults() VirusLimits { return Limits{Virus: l}.withDefaults().Virus }

// WithDefaults returns l with every field that is not positive taken from DefaultLimits.
func (l ReadLimits) WithDefaults() ReadLimits { return Limits{Read: l}.withDefaults().Read }

// WithDefaults returns l with every field that is not positive taken from DefaultLimits.
func (l FolderLimits) WithDefaults() FolderLimits { return Limits{Folder: l}.withDefaults().Folder }

func fill(v, def reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); {
		case f.Kind() == reflect.Struct:
			fill(f, def.Field(i))
		case f.CanInt() && f.Int() <= 0, f.CanFloat() && !(f.Float() > 0):
			f.Set(def.Field(i))
		}
	}
}
