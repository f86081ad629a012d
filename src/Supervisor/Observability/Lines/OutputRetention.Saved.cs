namespace Reuseportd.Observability.Lines;

/// <content>The output of all workers for the next daemon.</content>
internal sealed partial class OutputRetention
{
    public void Write(BinaryWriter into)
    {
        var tails = Tails.ToArray();
        into.Write(tails.Length);
        foreach (var tail in tails) tail.Write(into);
    }

    /// <exception cref="FormatException">The file does not have the output here.</exception>
    /// <exception cref="IOException">The file is too short.</exception>
    public static OutputRetention Read(BinaryReader from, TimeProvider time)
    {
        var retention = new OutputRetention(time);
        for (var left = from.ReadInt32(); left > 0; left--)
        {
            var tail = OutputTail.Read(from, Largest);
            retention._held += tail.Capacity;
            if (retention._held > Budget || !retention._tails.TryAdd(tail.Worker, tail))
                throw new FormatException("the number of rings");
        }

        return retention;
    }
}
