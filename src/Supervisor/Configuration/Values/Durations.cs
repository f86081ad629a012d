using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads keys whose values are durations, in the syntax of <see cref="DurationSyntax"/>.</summary>
internal static class Durations
{
    public static TimeSpan? Duration(this Section section, Key key)
    {
        var least = ((Shape.Duration)key.Shape).Least;
        if (section.Find(key) is not { } field || field.Text(DurationSyntax.Accepts) is not { } text) return null;
        var duration = DurationSyntax.TryParse(text);
        if (duration is null)
            field.Error(
                $"accepts {DurationSyntax.Accepts}, not '{Printable.Text(text)}'"
                + (DurationSyntax.IsNumber(text, out _) ? "; add the unit" : ""));
        else if (duration > DurationSyntax.Longest)
            field.Error($"accepts at most {DurationSyntax.Text(DurationSyntax.Longest)}, not '{Printable.Text(text)}'");
        else if (duration < least)
            field.Error($"accepts at least {DurationSyntax.Text(least)}, not '{Printable.Text(text)}'");
        else
            return duration;
        return null;
    }
}
