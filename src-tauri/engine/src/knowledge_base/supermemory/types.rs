//! File types: which ones nobody over there can read, and what the API has to be told of the others.
//!
//! Sources: <https://supermemory.ai/docs/concepts/content-types>, and the types that Supermemory's own sync client sends
//! (<https://github.com/supermemoryai/smfs>).

/// Extensions of files that Supermemory reads in no form (archives, programs, fonts, images of disks, databases, tables
/// and models in binary, keys): not even fetched. Sorted. Everything else is offered, and refused there if need be.
const UNREADABLE: &[&str] = &[
    "7z",
    "a",
    "accdb",
    "apk",
    "ar",
    "arrow",
    "avro",
    "bin",
    "blend",
    "br",
    "bz2",
    "cab",
    "class",
    "cur",
    "db",
    "db3",
    "dcm",
    "deb",
    "dll",
    "dmg",
    "dwg",
    "dylib",
    "ear",
    "eot",
    "exe",
    "fbx",
    "feather",
    "glb",
    "gpg",
    "gz",
    "h5",
    "hdf5",
    "icns",
    "ico",
    "img",
    "iso",
    "jar",
    "jks",
    "lib",
    "lz4",
    "lzma",
    "mdb",
    "mid",
    "midi",
    "msi",
    "npy",
    "npz",
    "o",
    "onnx",
    "orc",
    "otf",
    "ova",
    "p12",
    "parquet",
    "pfx",
    "pickle",
    "pkl",
    "psd",
    "pst",
    "pt",
    "pth",
    "pyc",
    "pyd",
    "qcow2",
    "rar",
    "rpm",
    "safetensors",
    "snap",
    "so",
    "sqlite",
    "sqlite3",
    "sys",
    "tar",
    "tbz2",
    "tgz",
    "ttc",
    "ttf",
    "txz",
    "vdi",
    "vhd",
    "vhdx",
    "vmdk",
    "war",
    "wasm",
    "whl",
    "woff",
    "woff2",
    "xcf",
    "xz",
    "z",
    "zip",
    "zst",
];

/// Whether files with this extension (lower case, no dot) are offered at all.
pub fn takes_extension(extension: &str) -> bool {
    UNREADABLE.binary_search(&extension).is_err()
}

/// What a file is, as far as the API has to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// PDF.
    Pdf,
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// Film.
    Video,
    /// Anything else: found out over there.
    Other,
}

impl Kind {
    /// `fileType`. The API has none for sound, and finds the rest out by itself.
    pub fn file_type(self) -> Option<&'static str> {
        match self {
            Self::Text => Some("text"),
            Self::Pdf => Some("pdf"),
            Self::Image => Some("image"),
            Self::Video => Some("video"),
            Self::Audio | Self::Other => None,
        }
    }
}

/// Kind and MIME type of a file that is not text, by its extension (lower case, no dot).
pub fn binary(extension: &str) -> (Kind, &'static str) {
    match extension {
        "pdf" => (Kind::Pdf, PDF),
        "jpg" | "jpeg" => (Kind::Image, "image/jpeg"),
        "png" => (Kind::Image, "image/png"),
        "gif" => (Kind::Image, "image/gif"),
        "webp" => (Kind::Image, "image/webp"),
        "bmp" => (Kind::Image, "image/bmp"),
        "tif" | "tiff" => (Kind::Image, "image/tiff"),
        "heic" => (Kind::Image, "image/heic"),
        "avif" => (Kind::Image, "image/avif"),
        "mp3" => (Kind::Audio, "audio/mpeg"),
        "wav" => (Kind::Audio, "audio/wav"),
        "m4a" => (Kind::Audio, "audio/mp4"),
        "aac" => (Kind::Audio, "audio/aac"),
        "flac" => (Kind::Audio, "audio/flac"),
        "ogg" | "oga" => (Kind::Audio, "audio/ogg"),
        "aif" | "aiff" => (Kind::Audio, "audio/aiff"),
        "mp4" | "m4v" => (Kind::Video, "video/mp4"),
        "webm" => (Kind::Video, "video/webm"),
        "mov" => (Kind::Video, "video/quicktime"),
        "avi" => (Kind::Video, "video/x-msvideo"),
        "doc" => (Kind::Other, "application/msword"),
        "docx" => (Kind::Other, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        "xls" => (Kind::Other, "application/vnd.ms-excel"),
        "xlsx" => (Kind::Other, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        "ppt" => (Kind::Other, "application/vnd.ms-powerpoint"),
        "pptx" => (Kind::Other, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        // Text in another encoding than UTF-8.
        "txt" | "md" | "mdx" | "csv" | "log" | "json" | "xml" | "html" | "htm" => (Kind::Text, TEXT),
        _ => (Kind::Other, UNKNOWN),
    }
}

/// MIME type of text.
pub const TEXT: &str = "text/plain";
/// MIME type of what is not known.
pub const UNKNOWN: &str = "application/octet-stream";
/// MIME type of PDF.
pub const PDF: &str = "application/pdf";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_what_nobody_reads_is_sorted_and_leaves_alone_what_is_documented() {
        assert!(UNREADABLE.is_sorted());
        for extension in [
            "pdf",
            "doc",
            "docx",
            "txt",
            "md",
            "xls",
            "xlsx",
            "ppt",
            "pptx",
            "csv",
            "json",
            "html",
            "jpg",
            "png",
            "gif",
            "webp",
            "mp3",
            "wav",
            "m4a",
            "mp4",
            "webm",
            "py",
            "rs",
            "unheard-of",
            "",
        ] {
            assert!(takes_extension(extension), "{extension}");
        }
        for extension in ["zip", "exe", "woff2", "iso", "gz"] {
            assert!(!takes_extension(extension), "{extension}");
        }
    }

    #[test]
    fn pictures_and_films_have_both_words_and_sound_has_the_mime_type_only() {
        assert_eq!(binary("jpeg"), (Kind::Image, "image/jpeg"));
        assert_eq!(binary("mov").0.file_type(), Some("video"));
        assert_eq!(binary("wav").0.file_type(), None);
        assert_eq!(binary("docx").0.file_type(), None);
    }
}
