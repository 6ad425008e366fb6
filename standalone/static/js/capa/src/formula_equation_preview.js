// The problem block asks for this script of the platform, which previews formulas while they are typed.
// xblocks-contrib does not bring it; formulas can be typed and are scored without the preview.
