package main

import (
	"context"
	"fmt"
	"io"

	"sohoa/archive"
)

// commands are listed in the order an operator meets them.
func commands() []command {
	return []command{
		{"demo", "[--data DIR] [--listen ADDR]", archive.Text{VI: "chạy thử: kho trống, giấy tờ bịa, mỗi vai trò một tài khoản", EN: "try it: an empty house, invented papers, one account per role"}, demo},
		{"serve", "[--data DIR] [--listen ADDR] …", archive.Text{VI: "chạy máy chủ", EN: "run the server"}, serve},
		{"account", "add|reset --name LOGIN --role ROLE --agency CODE", archive.Text{VI: "thêm tài khoản hoặc đặt lại mật khẩu, in mật khẩu dùng một lần", EN: "add an account or reset its password, and print the one-time password"}, account},
		{"token", "add --role ROLE --agency CODE", archive.Text{VI: "tạo khóa API, chỉ in khóa", EN: "make an API token and print nothing else"}, token},
		{"import", "DIR [--agency CODE] [--remove | --move-to DIR] [--watch | --dry-run] [--index TABLE]", archive.Text{VI: "nạp cả thư mục giấy tờ, chạy lại thì tiếp tục chỗ dở; --watch: nhận tiếp tệp mới đặt vào; --index: theo bảng kê của nhà thầu", EN: "deposit a folder of papers; run again, it goes on where it stopped; --watch takes what comes in later, too; --index goes by a contractor's table"}, importDir},
		{"inspect", "FILE|DIR … [--json]", archive.Text{VI: "nói trước tệp nào sẽ được nhận, tệp nào không và vì sao; không lưu gì", EN: "say which files would be taken, which not and why; keeps nothing"}, inspect},
		{"search", "\"WORDS\" [--json]", archive.Text{VI: "tìm trong kho", EN: "search the archive"}, search},
		{"check", "[--read-data] [--repair]", archive.Text{VI: "đối chiếu kho, danh mục, sổ cái và chỉ mục; nói cách sửa", EN: "compare store, catalog, ledger and index, and say what to do"}, check},
		{"backup", "FILE", archive.Text{VI: "sao lưu toàn bộ vào một tệp, kể cả khi máy chủ đang chạy", EN: "back the whole house up into one file, while it serves too"}, backup},
		{"restore", "FILE [--verify]", archive.Text{VI: "khôi phục từ bản sao lưu, không làm mất gì mới hơn", EN: "restore a backup, losing nothing that is newer"}, restore},
		{"rebuild", "[--catalog] [--index]", archive.Text{VI: "dựng lại danh mục và chỉ mục chỉ từ kho", EN: "make catalog and index again from the store alone"}, rebuild},
		{"bucket", "keys DIR | make [--store s3://…]", archive.Text{VI: "chuẩn bị kho S3 cho lần chạy đầu: tạo khóa, tạo thùng chứa", EN: "prepare an S3 store for a first start: make its keys, make its bucket"}, bucket},
		{"sheets", "[--dossier CODE] [--component NAME]… [--result NAME]… FILE.pdf", archive.Text{VI: "in tờ phân cách có mã QR cho một hồ sơ và các thành phần của nó", EN: "make separator sheets with a QR code for a dossier and its components"}, sheets},
		{"version", "", archive.Text{VI: "phiên bản", EN: "build facts"}, printVersion},
	}
}

func find(name string) (command, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

func usage(e *env, w io.Writer) {
	fmt.Fprintln(w, archive.Text{VI: "sohoa — số hóa và lưu trữ hồ sơ thủ tục hành chính", EN: "sohoa — digitises and keeps the papers of administrative procedures"}.In(e.lang))
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  sohoa %-9s %s\n", c.name, c.brief.In(e.lang))
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, archive.Text{VI: "sohoa help LỆNH giải thích từng lệnh. Mỗi cờ có biến môi trường tương ứng, ví dụ --data là SOHOA_DATA.",
		EN: "sohoa help COMMAND explains one. Every flag has an environment twin: --data is SOHOA_DATA."}.In(e.lang))
	fmt.Fprintln(w, archive.Text{VI: "sohoa help limits liệt kê mọi giới hạn, lý do và cờ để đổi.", EN: "sohoa help limits lists every limit, its reason and its flag."}.In(e.lang))
	fmt.Fprintln(w, archive.Text{VI: "Mã thoát: 0 xong, 1 xong nhưng có điều cần xem, 2 sai cách dùng hoặc không chạy được.",
		EN: "Exit codes: 0 done, 1 done with findings, 2 usage or cannot run."}.In(e.lang))
}

func help(ctx context.Context, e *env, args []string) int {
	if len(args) == 0 {
		usage(e, e.stdout)
		return exitDone
	}
	if args[0] == "limits" {
		helpLimits(e.stdout, e.lang)
		return exitDone
	}
	c, ok := find(args[0])
	if !ok {
		fmt.Fprintf(e.stderr, "sohoa: there is no command %q; sohoa help lists them\n", args[0])
		return exitFailed
	}
	fmt.Fprintf(e.stdout, "sohoa %s %s\n\n%s\n\n", c.name, c.args, c.brief.In(e.lang))
	if more, ok := atLength[c.name]; ok {
		fmt.Fprintf(e.stdout, "%s\n\n", more.In(e.lang))
	}
	toOut := *e
	toOut.stderr = e.stdout // flag prints its list where errors go
	c.run(ctx, &toOut, []string{"-h"})
	return exitDone
}
