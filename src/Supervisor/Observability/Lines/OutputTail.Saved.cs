using Reuseportd.Model;

namespace Reuseportd.Observability.Lines;

/// <content>The output for the next daemon: pieces and bytes in a file.</content>
internal sealed partial class OutputTail
{
    public void Write(BinaryWriter into)
    {
        lock (_gate)
        {
            into.Write(Worker.Service);
            into.Write(Worker.Index);
            into.Write(_bytes.Length);
            into.Write(_next.Piece);
            into.Write(_lostLines);
            into.Write(_notes.Count);
            foreach (var note in _notes)
            {
                into.Write(note.At.Ticks);
                into.Write(note.Pid);
                into.Write(note.Stream == OutputStream.Stderr);
                into.Write(note.Length);
            }

            var first = Math.Min(_used, _bytes.Length - _start);
            into.Write(_bytes, _start, first);
            into.Write(_bytes, 0, _used - first);
        }
    }

    /// <param name="most">The largest size of a ring.</param>
    /// <exception cref="FormatException">The file does not have the output of a worker here.</exception>
    /// <exception cref="IOException">The file is too short.</exception>
    public static OutputTail Read(BinaryReader from, int most)
    {
        var worker = new WorkerName(from.ReadString(), from.ReadInt32());
        var capacity = from.ReadInt32();
        if (worker.Index < 0 || capacity <= 0 || capacity > most) throw new FormatException("the size of a ring");
        var (pieces, lostLines, count) = (from.ReadInt64(), from.ReadInt64(), from.ReadInt32());
        if (count < 0 || count > capacity / PieceCost || pieces < count || lostLines < 0)
            throw new FormatException("the number of pieces");
        var notes = new Note[count];
        for (var index = 0; index < count; index++)
        {
            var (at, pid) = (new DateTime(from.ReadInt64(), DateTimeKind.Utc), from.ReadInt32());
            notes[index] = new Note(
                at, pid, from.ReadBoolean() ? OutputStream.Stderr : OutputStream.Stdout, from.ReadInt32(), Lines: 0);
        }

        var tail = new OutputTail(worker, capacity);
        foreach (var note in notes)
        {
            if (note.Length < 0 || note.Length > capacity - tail._used) throw new FormatException("the length of a piece");
            var bytes = from.ReadBytes(note.Length);
            if (bytes.Length < note.Length) throw new EndOfStreamException("a piece is cut");
            tail.Append(note.At, note.Pid, note.Stream, bytes);
        }

        tail._lostLines = lostLines;
        tail._next = new OutputPlace(pieces, tail._next.Lines + lostLines);
        return tail;
    }
}
