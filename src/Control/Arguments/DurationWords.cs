using System.CommandLine;
using Reuseportd.Model;

namespace Reuseportd.Control.Arguments;

/// <summary>Options with a duration.</summary>
internal static class DurationWords
{
    public static Option<TimeSpan?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = result =>
        {
            if (DurationSyntax.TryParse(result.Tokens[0].Value) is { } time && time <= DurationSyntax.Longest) return time;
            var most = DurationSyntax.Text(DurationSyntax.Longest);
            result.AddError($"{name} accepts {DurationSyntax.Accepts}, up to {most}, not '{result.Tokens[0].Value}'");
            return null;
        },
    };
}
