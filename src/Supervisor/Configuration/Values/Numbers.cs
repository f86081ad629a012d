using System.Globalization;
using Reuseportd.Configuration.Reading;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads integers, fractions and booleans.</summary>
internal static class Numbers
{
    public static int? Integer(this Section section, Key key)
    {
        var (least, most) = (Shape.Integer)key.Shape;
        var accepts = string.Create(CultureInfo.InvariantCulture, $"an integer from {least} to {most}");
        return section.Find(key) is { } field && field.Text(accepts) is { } text
            ? field.Integer(text, least, most, accepts)
            : null;
    }

    /// <param name="accepts">For the error message; null for the range.</param>
    public static int? Integer(this Field field, string text, int least, int most, string? accepts = null)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
            return number;
        field.Refuse(accepts ?? string.Create(CultureInfo.InvariantCulture, $"an integer from {least} to {most}"));
        return null;
    }

    public static double? Fraction(this Section section, Key key)
    {
        var (least, most) = (Shape.Fraction)key.Shape;
        var accepts = string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}");
        if (section.Find(key) is not { } field || field.Text(accepts) is not { } text) return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
            return number;
        field.Refuse(accepts);
        return null;
    }

    public static bool? Flag(this Section section, Key key)
    {
        if (section.Find(key) is not { } field || field.Text("true or false") is not { } text) return null;
        if (text is "true" or "True" or "TRUE") return true;
        if (text is "false" or "False" or "FALSE") return false;
        field.Refuse("true or false");
        return null;
    }
}
