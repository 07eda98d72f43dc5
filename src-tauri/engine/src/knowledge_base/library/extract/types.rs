//! What kind of file it is.

/// Extensions of files without text that could be read: not even fetched. Sorted. Everything else is tried, because
/// nobody can list all extensions of text; what proves not to be text is refused then.
const WITHOUT_TEXT: &[&str] = &[
    "3g2",
    "3gp",
    "7z",
    "a",
    "aac",
    "accdb",
    "aif",
    "aiff",
    "apk",
    "ar",
    "arrow",
    "arw",
    "avi",
    "avif",
    "avro",
    "bin",
    "blend",
    "bmp",
    "br",
    "bz2",
    "cab",
    "class",
    "cr2",
    "cur",
    "dat",
    "db",
    "db3",
    "dcm",
    "deb",
    "dll",
    "dmg",
    "dng",
    "doc",
    "dot",
    "dwg",
    "dylib",
    "ear",
    "eot",
    "epub",
    "exe",
    "fbx",
    "feather",
    "flac",
    "flv",
    "gif",
    "glb",
    "gpg",
    "gz",
    "h5",
    "hdf5",
    "heic",
    "heif",
    "icns",
    "ico",
    "img",
    "iso",
    "jar",
    "jfif",
    "jks",
    "jp2",
    "jpeg",
    "jpg",
    "jxl",
    "lib",
    "lz4",
    "lzma",
    "m2ts",
    "m4a",
    "m4v",
    "mdb",
    "mid",
    "midi",
    "mkv",
    "mobi",
    "mov",
    "mp3",
    "mp4",
    "mpeg",
    "mpg",
    "msg",
    "msi",
    "nef",
    "npy",
    "npz",
    "o",
    "obj",
    "oga",
    "ogg",
    "ogv",
    "onnx",
    "opus",
    "orc",
    "orf",
    "otf",
    "ova",
    "p12",
    "parquet",
    "pfx",
    "pickle",
    "pkl",
    "png",
    "pot",
    "pps",
    "ppt",
    "psd",
    "pst",
    "pt",
    "pth",
    "pyc",
    "pyd",
    "qcow2",
    "rar",
    "raw",
    "rpm",
    "rtf",
    "safetensors",
    "snap",
    "so",
    "sqlite",
    "sqlite3",
    "sys",
    "tar",
    "tbz2",
    "tga",
    "tgz",
    "tif",
    "tiff",
    "ttc",
    "ttf",
    "txz",
    "vdi",
    "vhd",
    "vhdx",
    "vmdk",
    "vob",
    "war",
    "wasm",
    "wav",
    "webm",
    "webp",
    "whl",
    "wma",
    "wmv",
    "woff",
    "woff2",
    "xcf",
    "xls",
    "xlsb",
    "xz",
    "z",
    "zip",
    "zst",
];

/// Whether files with this extension (lower case, no dot) are tried.
pub fn takes_extension(extension: &str) -> bool {
    WITHOUT_TEXT.binary_search(&extension).is_err()
}

/// The readers that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// PDF.
    Pdf,
    /// A zip file: Office Open XML, OpenDocument, or no document.
    Package,
    /// The container of old Office files, and of encrypted new ones.
    Compound,
    /// HTML.
    Html,
    /// XML.
    Xml,
    /// JSON, also one value on each line.
    Json,
    /// Markdown.
    Markdown,
    /// Any other text.
    Plain,
}

/// The kind of a file by its first bytes; the extension decides between kinds of text.
pub fn kind_of(extension: &str, content: &[u8]) -> Kind {
    // The header may come late: readers look for it in the first kilobyte.
    let head = &content[..content.len().min(1024)];
    if head.windows(5).any(|bytes| bytes == b"%PDF-") && (extension == "pdf" || head.starts_with(b"%PDF-")) {
        return Kind::Pdf;
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Kind::Package;
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Kind::Compound;
    }
    match extension {
        "html" | "htm" | "xhtml" => Kind::Html,
        "xml" | "svg" | "rss" | "atom" | "xsd" | "xsl" | "xslt" | "plist" | "wsdl" | "kml" | "gpx" => Kind::Xml,
        "json" | "jsonl" | "ndjson" | "geojson" | "ipynb" | "webmanifest" => Kind::Json,
        "md" | "markdown" | "mdx" => Kind::Markdown,
        _ => kind_by_beginning(head),
    }
}

fn kind_by_beginning(head: &[u8]) -> Kind {
    let text =
        String::from_utf8_lossy(head).trim_start_matches(['\u{FEFF}', ' ', '\r', '\n', '\t']).to_ascii_lowercase();
    if text.starts_with("<!doctype html") || text.starts_with("<html") {
        Kind::Html
    } else if text.starts_with("<?xml") {
        Kind::Xml
    } else {
        Kind::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_extensions_is_sorted_so_that_each_is_found() {
        assert!(WITHOUT_TEXT.is_sorted());
        for extension in WITHOUT_TEXT {
            assert!(!takes_extension(extension), "{extension}");
        }
        for extension in ["", "md", "pdf", "docx", "xlsx", "pptx", "rs", "log", "unheard-of"] {
            assert!(takes_extension(extension), "{extension}");
        }
    }

    #[test]
    fn bytes_decide_before_the_extension_does() {
        assert_eq!(kind_of("txt", b"%PDF-1.7"), Kind::Pdf);
        assert_eq!(kind_of("pdf", b"junk\n%PDF-1.7"), Kind::Pdf);
        assert_eq!(kind_of("md", b"how %PDF-1.7 begins"), Kind::Markdown);
        assert_eq!(kind_of("docx", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), Kind::Compound);
        assert_eq!(kind_of("", b"\xEF\xBB\xBF <!DOCTYPE HTML>"), Kind::Html);
        assert_eq!(kind_of("rs", b"fn main() {}"), Kind::Plain);
    }
}
