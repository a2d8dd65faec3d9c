package host

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSnakeCase(t *testing.T) {
	tests := []struct{ goName, want string }{
		{"ID", "id"},
		{"Name", "name"},
		{"UserID", "user_id"},
		{"UserIDs", "user_ids"},
		{"IDs", "ids"},
		{"IDsOf", "ids_of"},
		{"IDsAndURLs", "ids_and_urls"},
		{"URLsByID", "urls_by_id"},
		{"URL", "url"},
		{"URLPath", "url_path"},
		{"URLs", "urls"},
		{"HTTPServer", "http_server"},
		{"ServeHTTP", "serve_http"},
		{"IsURLSafe", "is_url_safe"},
		{"ThisIsATest", "this_is_a_test"},
		{"APIKey", "api_key"},
		{"APIKeys", "api_keys"},
		{"CreatedAt", "created_at"},
		{"StartsWith", "starts_with"},
		{"PathValue", "path_value"},
		{"RemoteAddr", "remote_addr"},
		{"A", "a"},
		{"AB", "ab"},
		{"ABc", "a_bc"},
		{"Ab", "ab"},
		{"AbC", "ab_c"},
		{"X509Cert", "x509_cert"},
		{"SHA256", "sha256"},
		{"SHA256Sum", "sha256_sum"},
		{"Base64URL", "base64_url"},
		{"S3Bucket", "s3_bucket"},
		{"H2O", "h2_o"},
		{"Int8s", "int8s"},
		{"Utf8String", "utf8_string"},
		{"UserIDsV2", "user_ids_v2"},
		{"FAQs2", "faqs2"},
		{"OAuth2Token", "o_auth2_token"},
		{"IPv4Addr", "i_pv4_addr"},
		{"DNSServer", "dns_server"},
		{"DNSs", "dnss"},
		{"URLsafe", "ur_lsafe"},
		{"User_ID", "user_id"},
		{"Foo_Bar", "foo_bar"},
		{"Owner_", "owner_"},
		{"X_y", "x_y"},
		{"ÜberName", "über_name"},
		{"NameÜber", "name_über"},
		{"X名ID", "x名_id"},
		{"ŁódźID", "łódź_id"},
		{"ǅName", "ǆ_name"},
		{"", ""},
		{"already_snake", "already_snake"},
	}
	if len(tests) < 40 {
		t.Fatalf("only %d names", len(tests))
	}
	for _, tt := range tests {
		if got := SnakeCase(tt.goName); got != tt.want {
			t.Errorf("SnakeCase(%q) = %q, want %q", tt.goName, got, tt.want)
		}
	}
}

func FuzzSnakeCase(f *testing.F) {
	for _, s := range []string{"", "UserIDs", "URLsafe", "A_B", "__", "X9Y", "ǅa", "名ID", "İs", "𝐀𝐁c", "IDs", "a\xffB", "\xf0\x9d\x90A𝐁"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := SnakeCase(s)
		if again := SnakeCase(got); again != got {
			t.Errorf("SnakeCase(%q) = %q, and of that %q", s, got, again)
		}
		if !utf8.ValidString(s) {
			return
		}
		// Only underscores are added, and only case changes.
		want := strings.ReplaceAll(strings.Map(unicode.ToLower, s), "_", "")
		if bare := strings.ReplaceAll(got, "_", ""); bare != want {
			t.Errorf("SnakeCase(%q) = %q, whose letters are not those of the name", s, got)
		}
		if strings.HasPrefix(got, "_") && !strings.HasPrefix(s, "_") {
			t.Errorf("SnakeCase(%q) = %q begins with an underscore", s, got)
		}
		if strings.Count(got, "__") > strings.Count(s, "__") {
			t.Errorf("SnakeCase(%q) = %q doubles an underscore", s, got)
		}
	})
}

func TestIsSymbol(t *testing.T) {
	for _, s := range []string{"a", "User", "_x", "föö", "名", "a1", "billing::Invoice", "a::1"} {
		if !isSymbol(s) {
			t.Errorf("isSymbol(%q) = false", s)
		}
	}
	for _, s := range []string{"", "1a", "a b", "a.b", "List[int]", "a:", "::a", "a::", "a:b", "a?", "é\u00a0", "a\x00", "\xff", "*T"} {
		if isSymbol(s) {
			t.Errorf("isSymbol(%q) = true", s)
		}
	}
}
