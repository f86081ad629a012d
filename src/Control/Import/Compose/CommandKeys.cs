using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary>
/// The command of a service: <c>entrypoint</c>, then <c>command</c>. A text is split into words; no shell runs.
/// </summary>
internal static class CommandKeys
{
    public static void Read(MapNode service, ComposeValues values, ImportedProgram program)
    {
        var words = new List<string>();
        foreach (var name in (ReadOnlySpan<string>)["entrypoint", "command"])
        {
            if (service.Find(name) is not { } node) continue;
            program.CommandPlace = node.Place;
            words.AddRange(Words(node, values, program));
        }

        program.Command = [.. words.Select(word => program.Sound(Placeholders.Escape(word), program.CommandPlace))];
        if (!program.HasCommand) return;
        if (service.Find("image") is ScalarNode image)
            program.Missing(image.Place, $"the image {Printable.Text(image.Text)}: install the program on the host");
        if (service.Find("build") is { } build)
            program.Missing(build.Place, "build: install the program on the host");
        if (service.Find("entrypoint") is null && service.Find("image") is not null)
            program.Note(program.CommandPlace, "the image may have an entrypoint that comes before", "command");
    }

    private static IEnumerable<string> Words(Node node, ComposeValues values, ImportedProgram program)
    {
        if (node is ListNode) return node.Texts().Select(item => values.Text(item, "command"));
        if (node is not ScalarNode { IsNull: false } text) return [];
        if (WordSplit.Split(values.Text(text, "command"), out var problem) is { } words) return words;
        program.Missing(node.Place, $"the command cannot be read: {problem}");
        return [];
    }
}
