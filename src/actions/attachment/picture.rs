//! Writing a picture anew, so that nothing of the file goes on but what can be
//! seen: the place and the telephone that stand in it (EXIF, XMP), and whatever
//! hides behind its end, are left out.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::error::LimitErrorKind;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use crate::domain::attachment::{Content, Format, PIXELS};

/// How much of a photograph is kept, of 100.
const QUALITY: u8 = 85;
/// The longest side, in pixels: a picture of one line is no picture.
const LONGEST: u32 = 16_000;
/// The most memory that reading one may take beside the picture itself, in bytes.
const MEMORY: u64 = 200_000_000;

/// Why a picture can't be taken: the fault's code.
pub(super) type Code = &'static str;

/// It unpacks to more than a picture needs.
pub(super) const BOMB: Code = "file_bomb";
/// It begins as a picture and goes on as something else.
pub(super) const UNREADABLE: Code = "file_unreadable";

/// The picture alone, turned as it was held.
pub(super) fn anew(content: Content, bytes: &[u8]) -> Result<(Format, Vec<u8>), Code> {
    let format = match content {
        Content::Jpeg => ImageFormat::Jpeg,
        Content::Png => ImageFormat::Png,
        Content::WebP => ImageFormat::WebP,
        Content::Pdf => return Err(UNREADABLE),
    };
    let picture = read(format, bytes).map_err(|error| match error {
        ImageError::Limits(limit) => match limit.kind() {
            LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory => BOMB,
            _ => UNREADABLE,
        },
        _ => UNREADABLE,
    })?;
    write(format, &picture).map_err(|_| UNREADABLE)
}

fn read(format: ImageFormat, bytes: &[u8]) -> Result<DynamicImage, ImageError> {
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height, limits.max_alloc) = (Some(LONGEST), Some(LONGEST), Some(MEMORY));
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    // Only the head is read here: nothing is unpacked before its size is known.
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(ImageError::Limits(image::error::LimitError::from_kind(LimitErrorKind::DimensionError)));
    }
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn write(format: ImageFormat, picture: &DynamicImage) -> Result<(Format, Vec<u8>), ImageError> {
    let mut out = Cursor::new(Vec::new());
    let is_drawing = format == ImageFormat::Png || (format == ImageFormat::WebP && picture.color().has_alpha());
    if is_drawing {
        picture.write_to(&mut out, ImageFormat::Png)?;
        return Ok((Format::Png, out.into_inner()));
    }
    JpegEncoder::new_with_quality(&mut out, QUALITY).encode_image(&picture.to_rgb8())?;
    Ok((Format::Jpeg, out.into_inner()))
}
