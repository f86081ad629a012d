using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Parsing;

namespace Reuseportd.Observability.Events;

/// <summary>The text and the fields of an event; the same in every form of the log.</summary>
internal static class EventFields
{
    public const string Identifier = "reuseportd";

    private const int LongestName = 64;

    /// <summary>syslog's severity (RFC 5424, section 6.2.1).</summary>
    public static int Priority(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => 2,
        LogEventLevel.Error => 3,
        LogEventLevel.Warning => 4,
        LogEventLevel.Information => 6,
        _ => 7,
    };

    /// <summary>
    /// The field name of a property; null for one that is only part of the text. The daemon's properties have the names of their
    /// fields. Names of libraries (<c>SourceContext</c>) are converted to journald's form (<c>SOURCE_CONTEXT</c>).
    /// </summary>
    public static string? NameOf(string property)
    {
        if (property is "MESSAGE" or "PRIORITY" or "SYSLOG_IDENTIFIER") return null;
        if (JournalField.IsName(property)) return property;
        if (property.Length == 0 || !char.IsAsciiLetterUpper(property[0])) return null;

        var name = new StringBuilder(property.Length + 8);
        for (var at = 0; at < property.Length && name.Length < LongestName - 1; at++)
        {
            var character = property[at];
            var before = at > 0 ? property[at - 1] : '_';
            if (char.IsAsciiLetterUpper(character) && (char.IsAsciiLetterLower(before) || char.IsAsciiDigit(before)))
                name.Append('_');
            name.Append(char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '_');
        }

        return NameOf(name.ToString());
    }

    /// <summary>The text of the event. Strings appear without the quotes that Serilog would add.</summary>
    public static string Message(LogEvent happened)
    {
        var text = new StringBuilder(128);
        foreach (var token in happened.MessageTemplate.Tokens)
        {
            if (token is PropertyToken property && happened.Properties.TryGetValue(property.PropertyName, out var value))
                text.Append(Text(value, property.Format));
            else
                text.Append(token);
        }

        return text.ToString();
    }

    public static string Text(LogEventPropertyValue value, string? format = null) => value switch
    {
        ScalarValue { Value: null } => "",
        ScalarValue { Value: string text } => text,
        ScalarValue { Value: IFormattable formattable } => formattable.ToString(format, CultureInfo.InvariantCulture),
        ScalarValue scalar => scalar.Value.ToString() ?? "",
        _ => value.ToString(format, CultureInfo.InvariantCulture),
    };
}
