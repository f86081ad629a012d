using System.Runtime.CompilerServices;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;
using Reuseportd.Model;

namespace Reuseportd.Control.Import.Compose;

/// <summary>Values of one service, after the interpolation. A value that cannot be parsed becomes a remark.</summary>
/// <param name="left">See <see cref="Interpolation"/>.</param>
internal sealed class ComposeValues(
    ImportedProgram program, IReadOnlyDictionary<string, string> variables, StrongBox<int> left)
{
    private readonly Interpolation interpolation = new(program, variables, left);

    /// <summary>The key of the source that is read, for remarks.</summary>
    public string Name { get; set; } = "";

    public string Text(ScalarNode node, string key) => interpolation.Replace(node.Text, node.Place, key);

    /// <summary>The same, as a text with placeholders.</summary>
    public string Template(ScalarNode node, string key) => Placeholders.Escape(Text(node, key));

    /// <summary>The value that a variable has for Compose; null if it has none in <c>.env</c>.</summary>
    public string? Variable(string name) => variables.TryGetValue(name, out var value) ? value : null;

    public TimeSpan? Duration(ScalarNode node, string key) => Value(
        node, key,
        text => DurationSyntax.TryParse(text)
            ?? (Nodes.Integer(text) is >= 0 and < 1_000_000 and var seconds ? TimeSpan.FromSeconds(seconds) : null));

    /// <summary>Parses <c>512m</c>, <c>1gb</c> and bytes.</summary>
    public long? Bytes(ScalarNode node, string key) => Value(node, key, text =>
    {
        var number = text.Trim().ToLowerInvariant().TrimEnd('b');
        var power = number.Length == 0 ? -1 : "kmgt".IndexOf(number[^1], StringComparison.Ordinal);
        return Nodes.Bytes(power < 0 ? number : number[..^1], power + 1);
    });

    public long? Integer(ScalarNode node, string key) => Value(node, key, Nodes.Integer);

    public decimal? Decimal(ScalarNode node, string key) => Value(node, key, Nodes.Decimal);

    private T? Value<T>(ScalarNode node, string key, Func<string, T?> parse)
        where T : struct
    {
        var text = Text(node, key);
        return program.Value($"{Name}: {text}", text, parse, node.Place, key);
    }
}
