namespace Decisions.Tests.Architecture;

/// <summary>The members of the types in a C# file, with their lengths. Pure: callers pass the text.</summary>
/// <remarks>The braces of the code without comments and strings delimit a member with any signature.</remarks>
internal static class Members
{
    /// <param name="Name">The last name before the parameters; of a property, its name.</param>
    /// <param name="Lines">From the first line of the declaration, without attributes, to the last line of the body.</param>
    /// <param name="IsOneSwitch">True if the body is a single switch.</param>
    internal sealed record Member(string Name, int Lines, bool IsOneSwitch);

    public static IEnumerable<Member> Of(string source)
    {
        var code = SourceText.Code(source);
        return InBlock(code, 0, code.Length);
    }

    /// <summary>Members between two places, with those of nested types and namespaces.</summary>
    private static IEnumerable<Member> InBlock(string code, int from, int end)
    {
        while (from < end)
        {
            var declaration = Declaration.Read(code, from, end);
            if (declaration.IsContainer)
            {
                foreach (var member in InBlock(code, declaration.BodyStart, declaration.End - 1)) yield return member;
            }
            else if (declaration.HasBody)
            {
                yield return new Member(declaration.Name, declaration.Lines, declaration.IsOneSwitch);
            }

            from = declaration.End;
        }
    }
}
