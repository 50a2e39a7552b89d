package intake

// Limits bound the work of a Folder. Zero means the default.
type Limits struct {
	Depth   int // folders inside folders
	Watched int // files looked after at once; more wait in the folder until some of these have gone
	Round   int // files deposited between two looks at the folder
}

// DefaultLimits are what an office's share needs, with the reason for each.
func DefaultLimits() Limits {
	return Limits{
		Depth:   8,      // agency, dossier, a few of the scanner's own; deeper trees are somebody's backup
		Watched: 10_000, // a share lists about that many in a second or two, and it is a day's scanning of the largest centre
		Round:   500,    // about half a minute: nobody's new file waits longer for its turn behind somebody's large drop
	}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.Depth <= 0 {
		l.Depth = d.Depth
	}
	if l.Watched <= 0 {
		l.Watched = d.Watched
	}
	if l.Round <= 0 {
		l.Round = d.Round
	}
	return l
}

// OnceFiles is how many files one run over a folder takes on: their names and times lie in memory, about 300 bytes each.
const OnceFiles = 1_000_000
